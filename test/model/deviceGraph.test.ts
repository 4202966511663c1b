import { createHash } from 'node:crypto';
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
import { afterAll, beforeEach, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { ensureDeviceGraph, type DeviceGraphSource } from '../../src/model/deviceGraph';
import { readGguf } from '../../src/model/gguf/readGguf';
import { buildGraph } from '../../src/model/graph/buildGraph';
import { precisions, type Precision } from '../../src/model/precision';
import { prepareModel } from '../../src/model/prepare';
import { describeFile } from '../../src/model/preparedFolder';
import { writeSealed } from '../../src/model/sealedJson';
import { writeTinyModel } from '../support/tinyModel';

const root = mkdtempSync(join(tmpdir(), 'sotto-device-graph-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let source: DeviceGraphSource;
beforeEach(async () => {
  const cache = mkdtempSync(join(root, 'cache-'));
  const ggufPath = join(cache, 'tiny.gguf');
  await writeTinyModel({ architecture: 'qwen2', seed: 1 }, ggufPath);
  const sha256 = createHash('sha256').update(readFileSync(ggufPath)).digest('hex');
  const options = { report: () => {}, logger: silentLogger };
  source = { ...(await prepareModel(ggufPath, sha256, cache, options, neverAborted)), ggufPath };
});

const make = (precision: Precision = 'float32') =>
  ensureDeviceGraph(source, precision, silentLogger, neverAborted);

const file = (name: string) => join(source.folder, name);

test('those of both precisions are added to a prepared folder once, and change nothing in it', async () => {
  const contents = () =>
    new Map(readdirSync(source.folder).map((name) => [name, readFileSync(file(name), 'hex')]));
  for (const precision of precisions) {
    const before = contents();
    const path = await make(precision);
    const after = contents();
    expect([...before].filter(([name, content]) => after.get(name) !== content)).toEqual([]);
    expect(after.size).toBeGreaterThan(before.size);
    const { mtimeMs } = statSync(path);
    expect(await make(precision)).toBe(path);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
  }
  expect(await make('float32')).not.toBe(await make('float16'));
});

test.each<[string, () => void | Promise<void>]>([
  ['the graph is gone', () => rmSync(file('device-float16.onnx'))],
  ['the graph is cut', () => truncateSync(file('device-float16.onnx'), 100)],
  ['the numbers are cut', () => truncateSync(file('float16.bin'), 100)],
  ['the record is cut', () => truncateSync(file('device-float16.json'), 100)],
  [
    'it is of another version',
    async () => {
      writeFileSync(file('device-float16.onnx'), 'older');
      const files = [await describeFile(source.folder, 'device-float16.onnx', neverAborted)];
      await writeSealed(file('device-float16.json'), { version: 0, files });
    },
  ],
])('a damaged one is made again: %s', async (_, damage) => {
  const read = () => ['device-float16.onnx', 'float16.bin'].map((name) => readFileSync(file(name), 'hex'));
  await make('float16');
  const made = read();
  await damage();
  await make('float16');
  expect(read()).toEqual(made);
});

test('another GGUF than the one that was prepared is refused', async () => {
  await writeTinyModel({ architecture: 'qwen2', seed: 1, layerCount: 3 }, source.ggufPath);
  await expect(make()).rejects.toThrow(/not the file/);
  expect(readdirSync(source.folder)).not.toContain('device-float32.onnx');
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
