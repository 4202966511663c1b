import { describe, expect, test } from 'vitest';
import { blockLayouts, type TensorType } from '../../src/model/gguf/tensorType';
import { dequantise } from '../../src/model/graph/dequantise';
import { float16Values, toFloat16 } from '../../src/model/graph/float16';
import { repack } from '../../src/model/graph/repack';
import { encodeTensor } from '../support/blockEncoders';
import { createRandom } from '../../src/base/random';
import { randomValues } from '../support/random';

const allTypes: TensorType[] = [
  'F32',
  'F16',
  'BF16',
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q8_0',
  'Q4_K',
  'Q5_K',
  'Q6_K',
];
const exactTypes: TensorType[] = ['Q8_0', 'Q5_0', 'Q4_0'];

/** Blocks of very different sizes, one of them zero: scales must not leak from one into the next. */
function sampleValues(): Float32Array {
  const values = randomValues(createRandom(5), 2048, 1);
  return values.map((value, index) => value * [1, 0.003, 0, 40][(index >> 8) & 3]!);
}

test.each(allTypes)('dequantising gives what the encoder meant: %s', (type) => {
  const { bytes, values } = encodeTensor(type, sampleValues());
  const decoded = new Float32Array(values.length);
  dequantise(type, bytes, decoded);
  for (const [index, value] of values.entries()) {
    expect(Math.abs(decoded[index]! - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-6);
  }
});

test.each(exactTypes)('repacking changes no value: %s', (type) => {
  const { bytes, values } = encodeTensor(type, sampleValues());
  expect(valuesOf(repacked(type, bytes))).toEqual(values.map((value) => value + 0)); // -0 becomes 0.
});

test('the extremes of Q8_0, -128 and 127, survive', () => {
  const bytes = Buffer.alloc(blockLayouts.Q8_0.byteCount);
  bytes.writeUInt16LE(0x3c00, 0); // 1
  bytes.writeInt8(-128, 2);
  bytes.writeInt8(127, 3);
  expect([...valuesOf(repacked('Q8_0', bytes)).subarray(0, 3)]).toEqual([-128, 127, 0]);
});

test.each(allTypes.filter((type) => !exactTypes.includes(type)))(
  'requantising stays within half a step of the largest of each 32: %s',
  (type) => {
    const { bytes, values } = encodeTensor(type, sampleValues());
    const result = valuesOf(repacked(type, bytes));
    for (let start = 0; start < values.length; start += 32) {
      const step = Math.max(...values.subarray(start, start + 32).map(Math.abs)) / 127;
      for (let index = start; index < start + 32; index++) {
        expect(Math.abs(result[index]! - values[index]!)).toBeLessThanOrEqual(step * 0.5001);
      }
    }
  },
);

test('half-precision bit patterns', () => {
  const cases = [0x0000, 0x0001, 0x03ff, 0x0400, 0x3555, 0x3c00, 0x7bff, 0x7c00, 0xbc00, 0xfc00];
  const expected = [
    0,
    2 ** -24,
    1023 * 2 ** -24,
    2 ** -14,
    0.333251953125,
    1,
    65504,
    Infinity,
    -1,
    -Infinity,
  ];
  expect(cases.map((bits) => float16Values[bits])).toEqual(expected);
  expect(float16Values[0x7e00]).toBeNaN();
});

function repacked(type: TensorType, bytes: Uint8Array) {
  const valueCount = (bytes.length / blockLayouts[type].byteCount) * blockLayouts[type].valueCount;
  const blocks = new Uint8Array(valueCount);
  const scales = new Float32Array(valueCount / 32);
  repack(type, bytes, blocks, scales);
  return { blocks, scales };
}

/** What MatMulNBits makes of 8-bit blocks. */
function valuesOf({ blocks, scales }: { blocks: Uint8Array; scales: Float32Array }): Float32Array {
  return Float32Array.from(blocks, (byte, index) => (byte - 128) * scales[index >> 5]! + 0);
}

describe('toFloat16', () => {
  test('gives every half-precision number back, and between two of them the nearer one', () => {
    const finite = Array.from({ length: 0x7c00 }, (_, bits) => bits);
    const numbers = Float32Array.from(finite, (bits) => float16Values[bits]!);
    expect([...toFloat16(numbers)]).toEqual(finite);
    expect([...toFloat16(numbers.map((value) => -value))]).toEqual(finite.map((bits) => bits | 0x8000));

    const between = (share: number) =>
      toFloat16(numbers.subarray(0, -1).map((low, bits) => low + share * (numbers[bits + 1]! - low)));
    expect([...between(0.4)]).toEqual(finite.slice(0, -1));
    expect([...between(0.6)]).toEqual(finite.slice(1));
    // In the middle the even one.
    expect([...between(0.5)]).toEqual(finite.slice(0, -1).map((bits) => bits + (bits & 1)));
  });

  test('what is too large becomes infinite, and what is no number stays none', () => {
    const values = Float32Array.of(65_519, 65_520, 1e9, Infinity, -1e9, NaN, 1e-9);
    expect([...toFloat16(values)]).toEqual([0x7bff, 0x7c00, 0x7c00, 0x7c00, 0xfc00, 0x7e00, 0]);
  });
});
