import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import {
  ensureGraphVariant,
  removeGraphVariant,
  type GraphSource,
  type GraphVariant,
} from '../../src/model/graphVariant';
import { readGguf } from '../../src/model/gguf/readGguf';
import { buildGraph } from '../../src/model/graph/buildGraph';
import { describeFile } from '../../src/model/preparedFolder';
import { writeSealed } from '../../src/model/sealedJson';
import { prepareTinyModel } from '../support/preparedTinyModel';
import { writeTinyModel } from '../support/tinyModel';

const root = mkdtempSync(join(tmpdir(), 'sotto-graph-variant-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let source: GraphSource;
beforeEach(async () => {
  const cache = mkdtempSync(join(root, 'cache-'));
  source = await prepareTinyModel(cache, { architecture: 'qwen2', seed: 1, tensorType: 'Q4_0' });
});

const make = (variant: GraphVariant = 'device-q8f32') =>
  ensureGraphVariant(source, variant, { logger: silentLogger }, neverAborted);

const variants = ['device-q8f32', 'device-q8f16', 'device-q4f16', 'channel'] as const;

const file = (name: string) => join(source.folder, name);

test('each is added to a prepared folder once, and changes nothing in it', async () => {
  const contents = () =>
    new Map(readdirSync(source.folder).map((name) => [name, readFileSync(file(name), 'hex')]));
  for (const variant of variants) {
    const before = contents();
    const path = await make(variant);
    const after = contents();
    expect([...before].filter(([name, content]) => after.get(name) !== content)).toEqual([]);
    expect(after.size).toBeGreaterThan(before.size);
    const { mtimeMs } = statSync(path);
    expect(await make(variant)).toBe(path);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
  }
  expect(new Set(await Promise.all(variants.map(make))).size).toBe(variants.length);
});

describe.each(['device-q8f16', 'device-q4f16', 'channel'] as const)('%s', (variant) => {
  const [graph, numbers, record] = [`${variant}.onnx`, `${variant}.bin`, `${variant}.json`];

  test.each<[string, () => void | Promise<void>]>([
    ['the graph is gone', () => rmSync(file(graph))],
    ['the graph is cut', () => truncateSync(file(graph), 100)],
    ['the numbers are cut', () => truncateSync(file(numbers), 100)],
    ['one of the numbers is another', () => changeByte(file(numbers), 200)],
    ['the record is cut', () => truncateSync(file(record), 100)],
    [
      'it is of another version',
      async () => {
        writeFileSync(file(graph), 'older');
        await writeSealed(file(record), {
          version: 0,
          files: [await describeFile(source.folder, graph, neverAborted)],
        });
      },
    ],
  ])('a damaged one is made again: %s', async (_, damage) => {
    const read = () => [graph, numbers].map((name) => readFileSync(file(name), 'hex'));
    await make(variant);
    const made = read();
    await damage();
    await make(variant);
    expect(read()).toEqual(made);
  });

  test('what a killed process was writing is taken away', async () => {
    writeFileSync(file(`${numbers}.99999`), 'half');
    await make(variant);
    expect(readdirSync(source.folder)).not.toContain(`${numbers}.99999`);
  });

  test('what is removed leaves nothing', async () => {
    const before = readdirSync(source.folder);
    await make(variant);
    await removeGraphVariant(source, variant);
    expect(readdirSync(source.folder)).toEqual(before);
  });
});

test('weights of 8 bits are not cut to 4', async () => {
  const cache = mkdtempSync(join(root, 'cache-'));
  source = await prepareTinyModel(cache, { architecture: 'qwen2', seed: 1, tensorType: 'Q8_0' });
  const before = readdirSync(source.folder);
  await expect(make('device-q4f16')).rejects.toThrow('more than 4 bits');
  expect(readdirSync(source.folder)).toEqual(before);
});

function changeByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

test('another GGUF than the one that was prepared is refused', async () => {
  await writeTinyModel({ architecture: 'qwen2', seed: 1, layerCount: 3 }, source.ggufPath);
  await expect(make()).rejects.toThrow(/not the file/);
  expect(readdirSync(source.folder)).not.toContain('device-q8f32.onnx');
});

test('the graph says of its logits what they say, and nothing breaks where no rare token is wanted', async () => {
  const { configuration } = source.manifest;
  const path = join(source.folder, 'parts.onnx');
  const headParts = [
    { firstId: 0, idCount: 100, isRare: false },
    { firstId: 100, idCount: configuration.vocabularySize - 100, isRare: true },
  ];
  const options = { accuracyLevel: 4, headParts, logitsReader: 'graph' } as const;
  const gguf = await readGguf(source.ggufPath, neverAborted);
  writeFileSync(path, buildGraph(gguf, configuration, options).onnx);
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
  const ids = [5, 6, 7, 8];
  const asked = [
    [3, 99],
    [0, 17, 64],
  ];
  const cacheShape = [1, configuration.keyValueHeadCount, 8, configuration.headDimension];
  const caches = Array.from({ length: configuration.layerCount }, (_, layer) =>
    ['k', 'v'].map((name) => {
      const values = new Float32Array(cacheShape.reduce((product, size) => product * size, 1));
      return [`past.${layer}.${name}`, new Tensor('float32', values, cacheShape)] as const;
    }),
  ).flat();

  for (const rareRowCount of [2, 0]) {
    const results = await session.run({
      input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
      seqlens_k: new Tensor('int32', Int32Array.of(ids.length - 1), [1]),
      total_len: new Tensor('int32', Int32Array.of(ids.length), []),
      logits_from: new Tensor('int64', BigInt64Array.of(2n), [1]),
      rare_from: new Tensor('int64', BigInt64Array.of(BigInt(ids.length - rareRowCount)), [1]),
      ...Object.fromEntries(
        asked.map((list, part) => [`ids.${part}`, new Tensor('int32', Int32Array.from(list), [list.length])]),
      ),
      ...Object.fromEntries(caches),
    });
    for (const [part, rowCount] of [2, rareRowCount].entries()) {
      const valuesOf = (name: string) => Array.from(results[`${name}.${part}`]!.data as Float32Array, Number);
      const { idCount } = headParts[part]!;
      const logits = valuesOf('logits');
      expect(logits).toHaveLength(rowCount * idCount);
      for (let row = 0; row < rowCount; row++) {
        const values = logits.slice(row * idCount, (row + 1) * idCount);
        const largest = Math.max(...values);
        expect(valuesOf('largest')[row]).toBe(largest);
        expect(valuesOf('arg_max')[row]).toBe(values.indexOf(largest));
        const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
        expect(valuesOf('log_sum_exp')[row]).toBeCloseTo(largest + Math.log(sum), 4);
        const { length } = asked[part]!;
        expect(valuesOf('picked').slice(row * length, (row + 1) * length)).toEqual(
          asked[part]!.map((id) => values[id]),
        );
      }
    }
  }
});
