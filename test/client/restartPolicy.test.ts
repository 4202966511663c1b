import { expect, test } from 'vitest';
import { RestartPolicy } from '../../src/client/process/restartPolicy';

test('each crash nearby waits longer, up to half a minute, and the ninth within ten minutes is the last', () => {
  const policy = new RestartPolicy();
  const delays = Array.from({ length: 9 }, (_, index) => policy.afterCrash(index * 60_000));
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 'give-up']);
  policy.reset();
  expect(policy.afterCrash(9 * 60_000)).toBe(1000);
});

test('crashes far apart are each the first', () => {
  const policy = new RestartPolicy();
  expect([0, 1, 2, 3].map((index) => policy.afterCrash(index * 11 * 60_000))).toEqual([
    1000, 1000, 1000, 1000,
  ]);
});
