import { InferenceSession, Tensor } from 'onnxruntime-node';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { architectureNames, type TransformerConfiguration } from '../../src/model/configuration';
import { readGguf } from '../../src/model/gguf/readGguf';
import { readRotaryFactors } from '../../src/model/gguf/readRotaryFactors';
import type { TensorType } from '../../src/model/gguf/tensorType';
import { buildGraph } from '../../src/model/graph/buildGraph';
import { weightsFileName } from '../../src/model/graph/tensors';
import { writeWeights } from '../../src/model/graph/writeWeights';
import { loadReferenceModel } from '../support/referenceForward';
import { writeTinyModel, type TinyModelOptions } from '../support/tinyModel';

const folder = mkdtempSync(join(tmpdir(), 'sotto-graph-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ids = [40, 7, 261, 300, 12, 255, 99, 265, 40, 7, 261, 18];
const capacity = 32;

/**
 * Relative errors. With float activations (level 0) graph and reference differ by rounding in another order only:
 * 1e-6 was seen. Requantising to 8 bits rounds each weight to 1/254 of its block's largest, and int8 activations
 * (level 4) do the same to activations, at each of 15 multiplications in sequence: up to 0.032 was seen.
 */
const tolerances = { exactRepack: 1e-5, requantised: 0.05, int8Activations: 0.08 };

const kTypes: TensorType[] = ['Q4_K', 'Q5_K', 'Q6_K'];
const mixed = (name: string): TensorType =>
  name.includes('attn_v') || name === 'output.weight' ? 'Q8_0' : name.includes('ffn_down') ? 'Q6_K' : 'Q5_0';

const rotaryFactors = Array.from({ length: 8 }, (_, pair) => 1 + pair / 2);

/** No multiples of 128: the matrices are cut into blocks of 32, as those of the file are. */
const small = { hiddenSize: 64, feedForwardSize: 96 };

const cases: [string, TinyModelOptions, number][] = [
  ['qwen2, Q8_0', { architecture: 'qwen2', seed: 1, ...small }, tolerances.exactRepack],
  ['llama, Q8_0', { architecture: 'llama', seed: 2, ...small }, tolerances.exactRepack],
  [
    'qwen2, Q5_0, tied',
    { architecture: 'qwen2', seed: 3, ...small, tensorType: 'Q5_0', tied: true },
    tolerances.exactRepack,
  ],
  [
    'llama, Q4_0, tied',
    { architecture: 'llama', seed: 4, ...small, tensorType: 'Q4_0', tied: true },
    tolerances.exactRepack,
  ],
  [
    'llama, RoPE factors',
    { architecture: 'llama', seed: 7, ...small, rotaryFactors },
    tolerances.exactRepack,
  ],
  [
    'qwen3, heads wider than the hidden size, tied',
    { architecture: 'qwen3', seed: 41, ...small, headDimension: 48, tied: true },
    tolerances.exactRepack,
  ],
  [
    'granite, Q8_0, tied',
    { architecture: 'granite', seed: 42, ...small, tied: true },
    tolerances.exactRepack,
  ],
  [
    'starcoder2, Q8_0, tied',
    { architecture: 'starcoder2', seed: 43, ...small, tied: true },
    tolerances.exactRepack,
  ],
  [
    'starcoder2, Q5_0',
    { architecture: 'starcoder2', seed: 44, ...small, tensorType: 'Q5_0' },
    tolerances.exactRepack,
  ],
  ['qwen2, Q8_0 in blocks of 128', { architecture: 'qwen2', seed: 1 }, tolerances.requantised],
  ['llama, F16', { architecture: 'llama', seed: 5, tensorType: 'F16' }, tolerances.requantised],
  [
    'qwen2, mixed',
    { architecture: 'qwen2', seed: 6, tensorType: mixed, hiddenSize: 256 },
    tolerances.requantised,
  ],
  ...kTypes.map((tensorType, index): [string, TinyModelOptions, number] => {
    const options: TinyModelOptions = {
      architecture: 'qwen2',
      seed: 10 + index,
      tensorType,
      hiddenSize: 256,
    };
    return [`qwen2, ${tensorType}`, options, tolerances.requantised];
  }),
];

test.each(cases)('the graph computes what the reference computes: %s', async (name, options, tolerance) => {
  const { path, reference, configuration } = await makeModel(name, options);
  const expected = reference.forward(ids);

  const exact = await openGraph(path, configuration, 0);
  const prefill = await exact.run(ids, 0, 0);
  expect(relativeError(prefill.logits, expected)).toBeLessThan(tolerance);

  const fast = await openGraph(path, configuration, 4);
  const fastPrefill = await fast.run(ids, 0, 0);
  expect(relativeError(fastPrefill.logits, expected)).toBeLessThan(tolerances.int8Activations);
});

test.each(architectureNames)(
  'a cache filled in parts gives the logits of one pass: %s',
  async (architecture) => {
    const { path, reference, configuration } = await makeModel(`parts ${architecture}`, {
      architecture,
      seed: 21,
      ...small,
    });
    const expected = reference.forward(ids);
    const graph = await openGraph(path, configuration, 0);

    await graph.run(ids.slice(0, 5), 0, -1);
    const second = await graph.run(ids.slice(5, 9), 5, 1); // several tokens onto a filled cache
    expect(second.logits).toHaveLength(3);
    expect(relativeError(second.logits, expected.slice(6, 9))).toBeLessThan(tolerances.exactRepack);
    for (let position = 9; position < ids.length; position++) {
      const step = await graph.run([ids[position]!], position, -1);
      expect(relativeError(step.logits, [expected[position]!])).toBeLessThan(tolerances.exactRepack);
    }

    // Going back: the positions after a shorter prefix are stale and must not be seen.
    const again = await graph.run(ids.slice(5, 7), 5, 0);
    expect(relativeError(again.logits, expected.slice(5, 7))).toBeLessThan(tolerances.exactRepack);
  },
);

test('arg_max and log_sum_exp belong to the logits', async () => {
  const { path, configuration } = await makeModel('reductions', { architecture: 'qwen2', seed: 31 });
  const graph = await openGraph(path, configuration, 4);
  const { logits, argMax, logSumExp } = await graph.run(ids, 0, 3);

  expect(logits).toHaveLength(ids.length - 3);
  for (const [index, row] of logits.entries()) {
    const largest = Math.max(...row);
    expect(argMax[index]).toBe(row.indexOf(largest));
    const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
    expect(logSumExp[index]).toBeCloseTo(largest + Math.log(sum), 4);
  }
});

async function makeModel(name: string, options: TinyModelOptions) {
  const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.gguf`);
  await writeTinyModel(options, path);
  const reference = await loadReferenceModel(path);
  return { path, reference, configuration: reference.configuration };
}

/** A session and its cache; each run continues after `pastCount` positions. */
async function openGraph(path: string, configuration: TransformerConfiguration, accuracyLevel: 0 | 4) {
  const graphFolder = mkdtempSync(join(folder, 'graph-'));
  const file = await readGguf(path, neverAborted);
  const rotaryFactors = await readRotaryFactors(file, configuration);
  const headParts = [{ firstId: 0, idCount: configuration.vocabularySize, isRare: false }];
  const { onnx, weights } = buildGraph(file, configuration, { accuracyLevel, headParts, rotaryFactors });
  writeFileSync(join(graphFolder, 'model.onnx'), onnx);
  await writeWeights(weights, path, join(graphFolder, weightsFileName), () => {}, neverAborted);
  const session = await InferenceSession.create(join(graphFolder, 'model.onnx'), { intraOpNumThreads: 1 });
  const { layerCount, keyValueHeadCount, headDimension } = configuration;
  const shape = [1, keyValueHeadCount, capacity, headDimension];
  const cacheNames = Array.from({ length: layerCount }, (_, layer) => [`${layer}.k`, `${layer}.v`]).flat();
  let cache = cacheNames.map(() => {
    return new Tensor('float32', new Float32Array(keyValueHeadCount * capacity * headDimension), shape);
  });

  async function run(newIds: readonly number[], pastCount: number, logitsFrom: number) {
    const total = pastCount + newIds.length;
    const results = await session.run({
      input_ids: new Tensor('int64', BigInt64Array.from(newIds, BigInt), [1, newIds.length]),
      seqlens_k: new Tensor('int32', Int32Array.of(total - 1), [1]),
      total_len: new Tensor('int32', Int32Array.of(total), []),
      logits_from: new Tensor('int64', BigInt64Array.of(BigInt(logitsFrom)), [1]),
      ...Object.fromEntries(cacheNames.map((name, index) => [`past.${name}`, cache[index]!])),
    });
    cache = cacheNames.map((name) => results[`present.${name}`] as (typeof cache)[number]);
    const [logits, argMax, logSumExp] = ['logits.0', 'arg_max.0', 'log_sum_exp.0'].map(
      (name) => results[name],
    );
    const [, rowCount = 0, width = 0] = logits!.dims;
    const flat = logits!.data as Float32Array;
    return {
      logits: Array.from({ length: rowCount }, (_, row) => flat.slice(row * width, (row + 1) * width)),
      argMax: Array.from(argMax!.data as BigInt64Array, Number),
      logSumExp: Array.from(logSumExp!.data as Float32Array),
    };
  }
  return { run };
}

/** Root mean square of the differences, relative to that of the expected logits. */
function relativeError(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  expect(actual).toHaveLength(expected.length);
  let differenceSum = 0;
  let expectedSum = 0;
  for (const [index, row] of expected.entries()) {
    for (const [column, value] of row.entries()) {
      differenceSum += (actual[index]![column]! - value) ** 2;
      expectedSum += value ** 2;
    }
  }
  return Math.sqrt(differenceSum / expectedSum);
}
