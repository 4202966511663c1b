import { blockLayouts, type TensorType } from '../../src/model/gguf/tensorType';

export interface EncodedTensor {
  readonly bytes: Uint8Array;
  /** What the bytes stand for, computed while encoding, not by decoding: the oracle for decoders. */
  readonly values: Float32Array;
}

/**
 * Encodes whole blocks, simply and without ggml's search for the best scales. Layouts: ggml-common.h `block_*`.
 */
export function encodeTensor(type: TensorType, values: Float32Array): EncodedTensor {
  const { byteCount, valueCount } = blockLayouts[type];
  const blockCount = values.length / valueCount;
  const bytes = Buffer.alloc(blockCount * byteCount);
  const meant = new Float32Array(values.length);
  for (let block = 0; block < blockCount; block++) {
    const slice = values.subarray(block * valueCount, (block + 1) * valueCount);
    const at = block * byteCount;
    meant.set(encoders[type](slice, bytes.subarray(at, at + byteCount)), block * valueCount);
  }
  return { bytes, values: meant };
}

/** Fills `bytes` and returns the values that they stand for. */
type EncodeBlock = (values: Float32Array, bytes: Buffer) => ArrayLike<number>;

const encoders: Readonly<Record<TensorType, EncodeBlock>> = {
  F32: (values, bytes) => {
    bytes.writeFloatLE(values[0]!, 0);
    return values;
  },
  F16: (values, bytes) => [writeHalf(bytes, 0, values[0]!)],
  BF16: (values, bytes) => {
    const word = Buffer.alloc(4);
    word.writeFloatLE(values[0]!, 0);
    bytes.set(word.subarray(2), 0); // Cut, not rounded.
    word.fill(0, 0, 2);
    return [word.readFloatLE(0)];
  },
  Q4_0: (values, bytes) => encodeSymmetric(values, bytes, 8, (levels) => writeNibbles(bytes, 2, levels)),
  Q5_0: (values, bytes) =>
    encodeSymmetric(values, bytes, 16, (levels) => {
      writeFifthBits(bytes, 2, levels);
      writeNibbles(bytes, 6, levels);
    }),
  Q8_0: (values, bytes) =>
    encodeSymmetric(values, bytes, 128, (levels) =>
      levels.forEach((level, i) => bytes.writeInt8(level - 128, 2 + i)),
    ),
  Q4_1: (values, bytes) => encodeWithMinimum(values, bytes, 15, (levels) => writeNibbles(bytes, 4, levels)),
  Q5_1: (values, bytes) =>
    encodeWithMinimum(values, bytes, 31, (levels) => {
      writeFifthBits(bytes, 4, levels);
      writeNibbles(bytes, 8, levels);
    }),
  Q4_K: (values, bytes) =>
    encodeSuperBlock(values, bytes, 15, (group, levels) => writeGroupNibbles(bytes, 16, group, levels)),
  Q5_K: (values, bytes) =>
    encodeSuperBlock(values, bytes, 31, (group, levels) => {
      levels.forEach((level, i) => (bytes[16 + i]! |= (level >> 4) << group));
      writeGroupNibbles(bytes, 48, group, levels);
    }),
  Q6_K: encodeQ6K,
};

/** One half scale; value = scale * (level - zero), level in [0, 2 zero). */
function encodeSymmetric(
  values: Float32Array,
  bytes: Buffer,
  zero: number,
  writeLevels: (levels: number[]) => void,
): number[] {
  const scale = writeHalf(bytes, 0, Math.max(...values.map(Math.abs)) / (zero - 1));
  const levels = Array.from(values, (value) =>
    clamp(Math.round(value / (scale || 1)) + zero, 0, 2 * zero - 1),
  );
  writeLevels(levels);
  return levels.map((level) => scale * (level - zero));
}

/** A half scale and a half minimum; value = scale * level + minimum. */
function encodeWithMinimum(
  values: Float32Array,
  bytes: Buffer,
  maximum: number,
  writeLevels: (levels: number[]) => void,
): number[] {
  const lowest = Math.min(...values);
  const scale = writeHalf(bytes, 0, (Math.max(...values) - lowest) / maximum);
  const minimum = writeHalf(bytes, 2, lowest);
  const levels = Array.from(values, (value) =>
    clamp(Math.round((value - minimum) / (scale || 1)), 0, maximum),
  );
  writeLevels(levels);
  return levels.map((level) => scale * level + minimum);
}

/** Q4_K and Q5_K: eight groups of 32, each with a 6-bit scale and a 6-bit minimum: value = scale * level - minimum. */
function encodeSuperBlock(
  values: Float32Array,
  bytes: Buffer,
  maximum: number,
  writeLevels: (group: number, levels: number[]) => void,
): Float32Array {
  const groups = Array.from({ length: 8 }, (_, group) => values.subarray(group * 32, group * 32 + 32));
  const minima = groups.map((group) => Math.max(0, -Math.min(...group)));
  const scales = groups.map((group, i) => (Math.max(...group) + minima[i]!) / maximum);
  const superScale = writeHalf(bytes, 0, Math.max(...scales) / 63);
  const superMinimum = writeHalf(bytes, 2, Math.max(...minima) / 63);
  const meant = new Float32Array(256);
  groups.forEach((group, index) => {
    const scaleBits = clamp(Math.round(scales[index]! / (superScale || 1)), 0, 63);
    const minimumBits = clamp(Math.round(minima[index]! / (superMinimum || 1)), 0, 63);
    if (index < 4) {
      bytes[4 + index]! |= scaleBits;
      bytes[8 + index]! |= minimumBits;
    } else {
      bytes[8 + index] = (scaleBits & 15) | ((minimumBits & 15) << 4);
      bytes[index]! |= (scaleBits >> 4) << 6;
      bytes[4 + index]! |= (minimumBits >> 4) << 6;
    }
    const scale = superScale * scaleBits;
    const minimum = superMinimum * minimumBits;
    const levels = Array.from(group, (value) =>
      clamp(Math.round((value + minimum) / (scale || 1)), 0, maximum),
    );
    writeLevels(index, levels);
    meant.set(
      levels.map((level) => scale * level - minimum),
      index * 32,
    );
  });
  return meant;
}

/** Sixteen groups of 16, each with a signed 8-bit scale; value = superScale * scale * (level - 32). */
function encodeQ6K(values: Float32Array, bytes: Buffer): Float32Array {
  const largest = Math.max(...values.map(Math.abs));
  const superScale = writeHalf(bytes, 208, largest / 31 / 127);
  const meant = new Float32Array(256);
  for (let group = 0; group < 16; group++) {
    const slice = values.subarray(group * 16, group * 16 + 16);
    const scaleBits = clamp(Math.ceil(Math.max(...slice.map(Math.abs)) / 31 / (superScale || 1)), 1, 127);
    bytes.writeInt8(scaleBits, 192 + group);
    slice.forEach((value, i) => {
      const level = clamp(Math.round(value / (superScale * scaleBits || 1)) + 32, 0, 63);
      const index = group * 16 + i; // 0..255; each half of 128 is four runs of 32.
      const [halfIndex, run, column] = [index >> 7, (index >> 5) & 3, index & 31];
      bytes[halfIndex * 64 + (run & 1) * 32 + column]! |= (level & 15) << ((run >> 1) * 4);
      bytes[128 + halfIndex * 32 + column]! |= (level >> 4) << (run * 2);
      meant[index] = superScale * scaleBits * (level - 32);
    });
  }
  return meant;
}

/** Values 0..15 in the low nibbles of 16 bytes, 16..31 in the high ones. */
function writeNibbles(bytes: Buffer, at: number, levels: readonly number[]): void {
  levels.forEach((level, i) => (bytes[at + (i & 15)]! |= (level & 15) << (i < 16 ? 0 : 4)));
}

function writeFifthBits(bytes: Buffer, at: number, levels: readonly number[]): void {
  levels.forEach((level, i) => (bytes[at + (i >> 3)]! |= (level >> 4) << (i & 7)));
}

/** Groups two by two in 32 bytes: the even one in the low nibbles. */
function writeGroupNibbles(bytes: Buffer, at: number, group: number, levels: readonly number[]): void {
  levels.forEach((level, i) => (bytes[at + (group >> 1) * 32 + i]! |= (level & 15) << ((group & 1) * 4)));
}

/** Writes the nearest half-precision number and returns it. Enough for normal numbers and zero. */
function writeHalf(bytes: Buffer, at: number, value: number): number {
  if (Math.abs(value) < 2 ** -14) {
    const fraction = Math.round(Math.abs(value) * 2 ** 24); // Subnormal, or zero.
    bytes.writeUInt16LE((value < 0 ? 0x8000 : 0) | fraction, at);
    return Math.sign(value) * fraction * 2 ** -24;
  }
  let exponent = Math.floor(Math.log2(Math.abs(value)));
  let fraction = Math.round((Math.abs(value) / 2 ** exponent - 1) * 1024);
  if (fraction === 1024) {
    exponent++;
    fraction = 0;
  }
  bytes.writeUInt16LE((value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction, at);
  return Math.sign(value) * (1 + fraction / 1024) * 2 ** exponent;
}

function clamp(value: number, minimum: number, maximum: number): number {
  return Math.min(Math.max(value, minimum), maximum);
}
