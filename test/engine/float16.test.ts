// A graph that computes in float16, with a KV cache of float16 and the same 8-bit weights.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import type { Engine } from '../../src/engine/engine';
import { createEngine } from '../../src/engine/transformerEngine';
import { architectureNames } from '../../src/model/configuration';
import { readGguf } from '../../src/model/gguf/readGguf';
import { buildGraph } from '../../src/model/graph/buildGraph';
import { randomIds } from '../support/random';
import {
  chosenDriver,
  noSoftwareAdapter,
  softwareAdapterSizes,
  softwareAdapterTimeoutMs,
  useSoftwareAdapter,
} from '../support/softwareAdapter';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

/** Ten bits of fraction, after some fifteen steps in sequence: 0.02 nats were seen, in random weights. */
const toleranceNats = 0.08;

async function expectAlike(half: Engine, whole: Engine, prompt: readonly number[]): Promise<void> {
  const targets = randomIds(prompt.length, 12);
  const expected = await whole.score(prompt, targets, neverAborted);
  const scores = await half.score(prompt, targets, neverAborted);
  scores.forEach((score, index) => {
    expect(score).not.toBe(expected[index]); // Otherwise float32 was measured against itself.
    expect(Math.abs(score - expected[index]!)).toBeLessThan(toleranceNats);
  });
}

describe.each(architectureNames)('%s', (architecture) => {
  let tiny: TinyEngine;
  let half: Engine;
  beforeAll(async () => {
    tiny = await openTinyEngine({ architecture, hiddenSize: 64, feedForwardSize: 96, contextCapacity: 96 });
    half = await openOnCpu(tiny);
  });
  afterAll(async () => {
    await half.dispose();
    await tiny.dispose();
  });

  test('says what the float32 graph says, whatever the cache held', async () => {
    const prompt = randomIds(1, 40);
    for (const ids of [
      prompt,
      prompt.slice(0, 25),
      [...prompt.slice(0, 25), ...randomIds(2, 30)],
      randomIds(3, 9),
    ]) {
      await expectAlike(half, tiny.engine, ids);
    }
  });
});

/** The CPU's own graph, but in float16: the one for devices leaves the logits on the device. */
async function openOnCpu({ ggufPath, configuration, engineOptions, deviceGraphPaths }: TinyEngine) {
  const graphPath = join(dirname(deviceGraphPaths.float16), 'host-float16.onnx');
  const options = { accuracyLevel: 0, headParts: engineOptions.headParts, precision: 'float16' } as const;
  const gguf = await readGguf(ggufPath, neverAborted);
  writeFileSync(graphPath, buildGraph(gguf, configuration, options).onnx);
  return createEngine({ ...engineOptions, graphPath, precision: 'float16' });
}

const suiteName = `WebGPU${noSoftwareAdapter ? ` (${noSoftwareAdapter})` : ''}`;
describe.skipIf(noSoftwareAdapter !== undefined)(suiteName, { timeout: softwareAdapterTimeoutMs }, () => {
  let tiny: TinyEngine;
  let half: Engine;
  beforeAll(async () => {
    tiny = await openTinyEngine({ ...softwareAdapterSizes, contextCapacity: 96 });
    useSoftwareAdapter();
    half = await tiny.openOn('webgpu', 31, 'float16');
  }, softwareAdapterTimeoutMs);
  afterAll(async () => {
    await half.dispose();
    await tiny.dispose();
  });

  test.skipIf(chosenDriver !== undefined)('Chromium’s adapter has no float16, and says so', async () => {
    await expect(half.prefill([1, 2], neverAborted)).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringContaining('does not support') as string,
    });
  });

  test.runIf(chosenDriver !== undefined)('a driver that has float16 says what the CPU says', async () => {
    const prompt = randomIds(4, 20);
    await expectAlike(half, tiny.engine, prompt);
    const request = { promptIds: prompt, maxTokens: 8, stopIds: new Set<number>() };
    const expected = await tiny.engine.generate(request, neverAborted);
    const { tokens } = await half.generate(request, neverAborted);
    expect(tokens.map(({ id }) => id)).toEqual(expected.tokens.map(({ id }) => id));
  });
});
