import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createRandom } from '../../src/base/random';
import { channelsOf, toChannels } from '../../src/model/graph/channels';
import { createNetwork } from '../../src/model/graph/network';
import { dataType, encodeOnnxModel } from '../../src/model/graph/onnxModel';
import type { BlockMatrix, WeightsPlan } from '../../src/model/graph/weightsPlan';

const folder = mkdtempSync(join(tmpdir(), 'sotto-channels-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('each row has the scale of its largest value, no value is off by more than half a step, and columns come first', () => {
  const shape = { rowCount: 5, columnCount: 64, blockSize: 32 };
  const random = createRandom(1);
  const blocks = Uint8Array.from({ length: 5 * 64 }, () => 1 + Math.floor(random() * 255));
  blocks.fill(128, 3 * 64, 4 * 64); // A row of zeros.
  const blockScales = Float32Array.from({ length: 10 }, () => random());
  const { values, scales } = toChannels(shape, blocks, blockScales);

  for (let row = 0; row < 5; row++) {
    const exact = Array.from({ length: 64 }, (_, column) => {
      const index = row * 64 + column;
      return (blocks[index]! - 128) * blockScales[Math.floor(index / 32)]!;
    });
    expect(scales[row]).toBeCloseTo(Math.max(...exact.map(Math.abs)) / 63, 6);
    const own = exact.map((_, column) => values[column * 5 + row]!);
    expect(Math.max(...own.map(Math.abs))).toBe(row === 3 ? 0 : 63);
    own.forEach((value, column) => {
      expect(Math.abs(value * scales[row]! - exact[column]!)).toBeLessThanOrEqual(scales[row]! * 0.5001);
    });
  }
});

test('products are exact where all weights and activations are as large as they come, and for a position of zeros', async () => {
  // Pairs of products are added up in 16 bits on processors without VNNI, which must not saturate.
  const [rowCount, columnCount] = [16, 256];
  const values = Int8Array.from({ length: rowCount * columnCount }, (_, index) =>
    index % rowCount < 8 ? 63 : -63,
  );
  const scales = Float32Array.from({ length: rowCount }, (_, row) => row + 1);
  const x = [...new Float32Array(columnCount).fill(2), ...new Float32Array(columnCount).fill(-0.5)];
  x.push(...new Float32Array(columnCount));

  const result = await multiply({ rowCount, columnCount, values, scales }, x);

  for (const [position, magnitude] of [2, -0.5, 0].entries()) {
    for (let row = 0; row < rowCount; row++) {
      const exact = magnitude * columnCount * (row < 8 ? 63 : -63) * (row + 1);
      expect(Math.abs(result[position * rowCount + row]! - exact)).toBeLessThanOrEqual(
        Math.abs(exact) * 1e-5,
      );
    }
  }
});

test('a position does not depend on those beside it', async () => {
  const [rowCount, columnCount] = [24, 96];
  const random = createRandom(2);
  const values = Int8Array.from({ length: rowCount * columnCount }, () => Math.floor(random() * 127) - 63);
  const scales = Float32Array.from({ length: rowCount }, () => random());
  const positions = Array.from({ length: 9 }, (_, index) =>
    Array.from({ length: columnCount }, () => (random() - 0.5) * 10 ** (index - 4)),
  );
  const matrix = { rowCount, columnCount, values, scales };

  const together = await multiply(matrix, positions.flat());

  for (const [index, position] of positions.entries()) {
    const alone = await multiply(matrix, position);
    expect([...alone]).toEqual([...together.slice(index * rowCount, (index + 1) * rowCount)]);
  }
});

/** x [1, positions, columnCount] · matrix, by the graph's own layer. */
async function multiply(
  {
    rowCount,
    columnCount,
    values,
    scales,
  }: {
    readonly rowCount: number;
    readonly columnCount: number;
    readonly values: Int8Array; // [columnCount, rowCount]
    readonly scales: Float32Array; // [rowCount]
  },
  x: readonly number[],
): Promise<Float32Array> {
  const empty = { offset: 0, byteCount: 0 };
  const matrix: BlockMatrix = {
    name: 'matrix',
    rowCount,
    columnCount,
    blockSize: 32,
    blocks: empty,
    scales: empty,
  };
  const plan: WeightsPlan = { tasks: [], tables: [], byteCount: 0 };
  const derived = { name: 'channels.bin', plan };
  const network = createNetwork({ accuracyLevel: 4, matrixForm: 'channels', derived });
  const input = network.input('x', dataType.float32, [1, 'seq', columnCount]);
  const product = network.linearByChannel('product', input, matrix);
  network.output(product, dataType.float32, [1, 'seq', rowCount]);
  writeFileSync(join(folder, 'one.onnx'), encodeOnnxModel(network.toOnnx('one')));

  const places = channelsOf({ tasks: [], tables: [], byteCount: 0 }, matrix);
  const file = new Uint8Array(plan.byteCount);
  file.set(new Uint8Array(values.buffer), places.values.offset);
  file.set(new Uint8Array(scales.buffer), places.scales.offset);
  writeFileSync(join(folder, derived.name), file);

  const session = await InferenceSession.create(join(folder, 'one.onnx'), { intraOpNumThreads: 1 });
  const shape = [1, x.length / columnCount, columnCount];
  const results = await session.run({ x: new Tensor('float32', Float32Array.from(x), shape) });
  return results['product']!.data as Float32Array;
}
