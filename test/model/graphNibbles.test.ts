import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createRandom } from '../../src/base/random';
import { float16Values, toFloat16 } from '../../src/model/graph/float16';
import { createNetwork } from '../../src/model/graph/network';
import { nibblesOf, toNibbles } from '../../src/model/graph/nibbles';
import { dataType, encodeOnnxModel } from '../../src/model/graph/onnxModel';
import type { BlockMatrix, WeightsPlan } from '../../src/model/graph/weightsPlan';

const folder = mkdtempSync(join(tmpdir(), 'sotto-nibbles-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Three blocks a row: the zero point of the third has a byte of its own.
const shape = { rowCount: 6, columnCount: 96, blockSize: 32 };
const valueCount = shape.rowCount * shape.columnCount;

/** The values that 4-bit blocks stand for, in the order of the bytes that they were made of. */
function valuesOf(nibbles: ReturnType<typeof toNibbles>): number[] {
  return Array.from({ length: valueCount }, (_, index) => {
    const [row, column] = [Math.floor(index / 96), index % 96];
    const blockColumn = Math.floor(column / 32);
    const half = (bytes: Uint8Array, at: number, isSecond: boolean) =>
      (bytes[at]! >> (isSecond ? 4 : 0)) & 15;
    const zero = half(nibbles.zeros, row * 2 + (blockColumn >> 1), blockColumn % 2 === 1);
    const scale = float16Values[nibbles.scales[row * 3 + blockColumn]!]!;
    return (half(nibbles.blocks, index >> 1, index % 2 === 1) - zero) * scale;
  });
}

const exactly = (bytes: Uint8Array, scales: Float32Array) =>
  [...bytes].map((byte, index) => (byte - 128) * scales[Math.floor(index / 32)]!);

test('what was 4 bits before stays as it is, whatever stands for zero', () => {
  const random = createRandom(1);
  const scales = Float32Array.from({ length: 18 }, (_, block) => 2 ** -(block % 8));
  const bytes = Uint8Array.from({ length: valueCount }, (_, index) => {
    const lowest = 128 - (Math.floor(index / 32) % 16);
    return lowest + Math.floor(random() * 16);
  });
  bytes.fill(128, 32, 64); // A block of zeros.
  expect(valuesOf(toNibbles(shape, bytes, scales))).toEqual(exactly(bytes, scales));
});

test('other values are as near as rounding to 16 levels brings them, and zero is zero', () => {
  const random = createRandom(2);
  const scales = Float32Array.from({ length: 18 }, () => 0.01 + random());
  // Like weights: most of them small, some large.
  const bytes = Uint8Array.from(
    { length: valueCount },
    () => 128 + Math.round(127 * (2 * random() - 1) ** 3),
  );
  const exact = exactly(bytes, scales);
  const values = valuesOf(toNibbles(shape, bytes, scales));
  for (let start = 0; start < valueCount; start += 32) {
    const own = exact.slice(start, start + 32);
    const step = (Math.max(0, ...own) - Math.min(0, ...own)) / 15;
    const meanSquare = own.reduce((sum, value, index) => sum + (values[start + index]! - value) ** 2, 0) / 32;
    // Evenly spread rounding errors have a mean square of step²/12.
    expect(meanSquare).toBeLessThan(step ** 2 / 8);
    own.forEach((value, index) => value === 0 && expect(values[start + index]).toBeCloseTo(0, 10));
  }
});

test('the graph multiplies by these values, and adds the bias', async () => {
  const random = createRandom(3);
  const scales = Float32Array.from({ length: 18 }, () => 2 ** -Math.floor(3 + 4 * random()));
  const bytes = Uint8Array.from({ length: valueCount }, () => Math.floor(random() * 256));
  const nibbles = toNibbles(shape, bytes, scales);
  const values = valuesOf(nibbles);
  const x = Array.from({ length: 2 * 96 }, () => Math.round(8 * random() - 4) / 4);
  const bias = Array.from({ length: 6 }, (_, row) => row);

  const result = await multiply(nibbles, x, bias);

  expect(result).toHaveLength(12);
  result.forEach((value, index) => {
    const [position, row] = [Math.floor(index / 6), index % 6];
    const products = values
      .slice(row * 96, row * 96 + 96)
      .map((weight, column) => weight * x[position * 96 + column]!);
    const exact = products.reduce((sum, product) => sum + product, bias[row]!);
    expect(Math.abs(value - exact)).toBeLessThan(0.01 * Math.max(1, ...products.map(Math.abs)) * 5);
  });
});

/** x [1, positions, 96] · matrixᵀ + bias, by the graph's own layer in float16. */
async function multiply(
  nibbles: ReturnType<typeof toNibbles>,
  x: readonly number[],
  bias: readonly number[],
): Promise<number[]> {
  const empty = { offset: 0, byteCount: 0 };
  const matrix: BlockMatrix = { ...shape, name: 'matrix', blocks: empty, scales: empty };
  const plan: WeightsPlan = { tasks: [], tables: [], byteCount: 0 };
  const derived = { name: 'nibbles.bin', plan };
  const network = createNetwork({
    accuracyLevel: 0,
    precision: 'float16',
    matrixForm: 'nibbles',
    derived,
  });
  const input = network.input('x', dataType.float16, [1, 'seq', 96]);
  const biasRange = { offset: 0, byteCount: 24 };
  const product = network.linear('product', input, matrix, { name: 'bias', length: 6, range: biasRange });
  network.output(product, dataType.float16, [1, 'seq', 6]);
  writeFileSync(join(folder, 'one.onnx'), encodeOnnxModel(network.toOnnx('one')));

  const places = nibblesOf({ tasks: [], tables: [], byteCount: 0 }, matrix);
  const file = new Uint8Array(plan.byteCount);
  file.set(nibbles.blocks, places.blocks.offset);
  file.set(new Uint8Array(nibbles.scales.buffer), places.scales.offset);
  file.set(nibbles.zeros, places.zeros.offset);
  const biasTask = plan.tasks.find((task) => task.kind === 'halves');
  file.set(new Uint8Array(toFloat16(Float32Array.from(bias)).buffer), biasTask!.target.offset);
  writeFileSync(join(folder, derived.name), file);

  const session = await InferenceSession.create(join(folder, 'one.onnx'), { intraOpNumThreads: 1 });
  const halves = toFloat16(Float32Array.from(x));
  const results = await session.run({ x: new Tensor('float16', halves, [1, 2, 96]) });
  return Array.from(results['product']!.data as Uint16Array, (bits) => float16Values[bits]!);
}
