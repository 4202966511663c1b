import { expect, test } from 'vitest';
import { TypingRhythm } from '../../src/server/completion/typingRhythm';

/** The delay after typing with these gaps on an engine with this latency. */
function delayMs(gapsMs: readonly number[], latencyMs: number | undefined, maximumMs = 1000): number {
  const rhythm = new TypingRhythm();
  let nowMs = 0;
  rhythm.noteKeystroke(nowMs);
  for (const gapMs of gapsMs) {
    nowMs += gapMs;
    rhythm.noteKeystroke(nowMs);
  }
  if (latencyMs !== undefined) {
    rhythm.noteLatency(latencyMs);
  }
  return rhythm.delayMs(maximumMs);
}

test('an engine that is faster than the typist is asked at every keystroke', () => {
  expect(delayMs([250, 250, 250], 120)).toBe(0);
});

test('a slower engine is asked once the typist pauses for longer than usual', () => {
  expect(delayMs([200, 200, 200], 500)).toBe(250);
  expect(delayMs([100, 100, 100], 500)).toBe(100);
});

test('the wait is a whole number, which is all that timers take', () => {
  expect(delayMs([133.37, 133.37, 133.37], 500)).toBe(150);
});

test('the wait never exceeds the setting', () => {
  expect(delayMs([400, 400, 400], 900, 300)).toBe(300);
  expect(delayMs([400, 400, 400], 900, 0)).toBe(0);
});

test('pauses for thought are not part of the rhythm', () => {
  expect(delayMs([200, 30_000, 200, 5000, 200], 500)).toBe(250);
});

test('before anything is measured a usual rhythm on a small machine is assumed', () => {
  expect(delayMs([], undefined)).toBe(250);
});
