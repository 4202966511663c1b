import { expect, test } from 'vitest';
import { PrefillSpeed } from '../../../src/features/completion/decode/prefillSpeed';

test('while nothing is known, no request is given up for it, and the first prompt is a cautious one', () => {
  const speed = new PrefillSpeed();
  expect(speed.estimateMs(1000)).toBe(0);
  expect(speed.tokensWithin(2000)).toBe(250);
});

test('it follows what was read, and short readings teach nothing', () => {
  const speed = new PrefillSpeed();
  speed.observe(100, 1000);
  speed.observe(4, 4000);
  expect(speed.estimateMs(50)).toBe(500);
  expect(speed.tokensWithin(2000)).toBe(200);
});

test('a reading that was aborted can show a machine to be slower, and never faster', () => {
  const speed = new PrefillSpeed();
  speed.observe(100, 1000);
  speed.observeAborted(500, 20);
  expect(speed.tokensWithin(2000)).toBe(200);
  speed.observeAborted(100, 3000);
  expect(speed.tokensWithin(2000)).toBeLessThan(150);
});

test('a machine on which no reading ever ends is known to be slow all the same', () => {
  const speed = new PrefillSpeed();
  speed.observeAborted(200, 4000);
  expect(speed.tokensWithin(2000)).toBe(100);
});
