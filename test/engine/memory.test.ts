import { expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { openTinyEngine } from '../support/tinyEngine';

test('200 cycles of load, generate and dispose do not grow memory', async () => {
  const tiny = await openTinyEngine({ architecture: 'qwen2', contextCapacity: 128 });
  const cycle = () =>
    tiny.freshly(async (engine) => {
      await engine.generate({ promptIds: [1, 2, 3, 4], maxTokens: 4, stopIds: new Set() }, neverAborted);
    });
  // The first cycles fill allocators and caches that stay.
  for (let round = 0; round < 50; round += 1) {
    await cycle();
  }
  const before = process.memoryUsage.rss();
  for (let round = 0; round < 150; round += 1) {
    await cycle();
  }
  const growthBytes = process.memoryUsage.rss() - before;
  await tiny.dispose();
  // One leaked session of the tiny model is about 1 MB: 150 of them would be far above this.
  expect(growthBytes).toBeLessThan(30e6);
});
