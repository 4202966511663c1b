// Graphs that compute in float16, with a KV cache of float16 and weights of 8 or 4 bits.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import type { Engine } from '../../src/engine/engine';
import { createEngine } from '../../src/engine/transformerEngine';
import { architectureNames, type ArchitectureName } from '../../src/model/configuration';
import { readGguf } from '../../src/model/gguf/readGguf';
import { buildGraph } from '../../src/model/graph/buildGraph';
import { variantGraphs } from '../../src/model/graphVariant';
import { randomIds } from '../support/random';
import {
  chosenDriver,
  noSoftwareAdapter,
  softwareAdapterSizes,
  softwareAdapterTimeoutMs,
  useSoftwareAdapter,
} from '../support/softwareAdapter';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';
import type { TinyModelOptions } from '../support/tinyModel';

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

const forms = ['q8f16', 'q4f16'] as const;

/** With weights of 4 bits in blocks of 32, so that either form holds exactly what the file does. */
const openTiny = (architecture: ArchitectureName, sizes: Partial<TinyModelOptions>) =>
  openTinyEngine({ architecture, tensorType: 'Q4_0', contextCapacity: 96, ...sizes });

describe.each(architectureNames.flatMap((name) => forms.map((form) => [name, form] as const)))(
  '%s, %s',
  (architecture, form) => {
    let tiny: TinyEngine;
    let half: Engine;
    beforeAll(async () => {
      tiny = await openTiny(architecture, { hiddenSize: 64, feedForwardSize: 96 });
      half = await openOnCpu(tiny, form);
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
  },
);

/** The graph for devices leaves its logits there; on the CPU they are read by the engine. */
async function openOnCpu(
  { ggufPath, configuration, engineOptions, deviceGraphPaths }: TinyEngine,
  form: (typeof forms)[number],
) {
  const graphPath = join(dirname(deviceGraphPaths[form]), `host-${form}.onnx`);
  const gguf = await readGguf(ggufPath, neverAborted);
  const { onnx } = buildGraph(gguf, configuration, {
    ...variantGraphs[`device-${form}`],
    logitsReader: 'engine',
    accuracyLevel: 0,
    headParts: engineOptions.headParts,
    derivedName: `device-${form}.bin`,
  });
  writeFileSync(graphPath, onnx);
  return createEngine({ ...engineOptions, graphPath, precision: 'float16' });
}

const suiteName = `WebGPU${noSoftwareAdapter ? ` (${noSoftwareAdapter})` : ''}`;
describe.skipIf(noSoftwareAdapter !== undefined).each(forms)(
  `${suiteName}: %s`,
  { timeout: softwareAdapterTimeoutMs },
  (form) => {
    let tiny: TinyEngine;
    let half: Engine;
    beforeAll(async () => {
      tiny = await openTiny('qwen2', softwareAdapterSizes);
      useSoftwareAdapter();
      half = await tiny.openOn('webgpu', 31, form);
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
  },
);
