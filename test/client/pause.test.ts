import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pause } from '../../src/client/status/pause';

const minuteMs = 60_000;
let changeCount: number;
let pause: Pause;

beforeEach(() => {
  vi.useFakeTimers();
  changeCount = 0;
  pause = new Pause(
    () => (changeCount += 1),
    (languageId) => languageId.toUpperCase(),
  );
});

afterEach(() => {
  pause.dispose();
  vi.useRealTimers();
});

test('a pause for ten minutes ends by itself and says so', () => {
  pause.pauseEverywhere(10 * minuteMs, Date.now());
  expect(pause.reason('python', Date.now() + minuteMs)).toBe('paused for 9 more min');
  vi.advanceTimersByTime(10 * minuteMs);
  expect(pause.reason('python', Date.now())).toBeUndefined();
  expect(changeCount).toBe(2);
});

test('a pause everywhere lasts until it is resumed, also when a shorter one came before', () => {
  pause.pauseEverywhere(10 * minuteMs, Date.now());
  pause.pauseEverywhere(Infinity, Date.now());
  vi.advanceTimersByTime(24 * 60 * minuteMs);
  expect(pause.reason(undefined, Date.now())).toBe('paused until resumed');
  pause.resume();
  expect(pause.reason(undefined, Date.now())).toBeUndefined();
});

test('a paused language leaves the others alone', () => {
  pause.pauseLanguage('python');
  expect(pause.pausedLanguages).toEqual(['python']);
  expect(pause.reason('python', Date.now())).toBe('paused for PYTHON');
  expect(pause.reason('rust', Date.now())).toBeUndefined();
  expect(pause.reason(undefined, Date.now())).toBeUndefined();
});

test('a language that is paused stays so when a pause everywhere ends by itself, and not when the user resumes', () => {
  pause.pauseLanguage('python');
  pause.pauseEverywhere(10 * minuteMs, Date.now());
  vi.advanceTimersByTime(10 * minuteMs);
  expect(pause.reason('python', Date.now())).toBe('paused for PYTHON');
  expect(pause.reason('rust', Date.now())).toBeUndefined();
  pause.resume();
  expect(pause.reason('python', Date.now())).toBeUndefined();
});
