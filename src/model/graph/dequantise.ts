import { blockLayouts, type TensorType } from '../gguf/tensorType';
import { float16Values } from './float16';

/**
 * The values of whole blocks as float32, in order. `source` holds exactly the blocks, `target` one element per
 * value. Layouts and arithmetic: ggml-quants.c `dequantize_row_*`, ggml-common.h `block_*`.
 */
export function dequantise(type: TensorType, source: Uint8Array, target: Float32Array): void {
  const { byteCount, valueCount } = blockLayouts[type];
  const decode = decoders[type];
  const blockCount = source.length / byteCount;
  for (let block = 0; block < blockCount; block++) {
    decode(source, block * byteCount, target, block * valueCount);
  }
}

// The loops below read bytes inside bounds that `dequantise` has fixed; `!` tells the compiler so.
type DecodeBlock = (bytes: Uint8Array, from: number, values: Float32Array, to: number) => void;

const decoders: Readonly<Record<TensorType, DecodeBlock>> = {
  F32: decodeF32,
  F16: (bytes, from, values, to) => {
    values[to] = halfAt(bytes, from);
  },
  BF16: (bytes, from, values, to) => {
    bitsView[0] = (uint16At(bytes, from) << 16) >>> 0;
    values[to] = floatView[0]!;
  },
  Q4_0: decodeQ4_0,
  Q4_1: decodeQ4_1,
  Q5_0: decodeQ5_0,
  Q5_1: decodeQ5_1,
  Q8_0: decodeQ8_0,
  Q4_K: (bytes, from, values, to) => decodeQ45K(bytes, from, values, to, undefined, from + 16),
  Q5_K: (bytes, from, values, to) => decodeQ45K(bytes, from, values, to, from + 16, from + 48),
  Q6_K: decodeQ6K,
};

const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

function uint16At(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

function uint32At(bytes: Uint8Array, at: number): number {
  return (uint16At(bytes, at) | (uint16At(bytes, at + 2) << 16)) >>> 0;
}

function halfAt(bytes: Uint8Array, at: number): number {
  return float16Values[uint16At(bytes, at)]!;
}

function decodeF32(bytes: Uint8Array, from: number, values: Float32Array, to: number): void {
  bitsView[0] = uint32At(bytes, from);
  values[to] = floatView[0]!;
}

/** half scale, 16 bytes: low nibbles are values 0..15, high nibbles 16..31. */
function decodeQ4_0(bytes: Uint8Array, from: number, values: Float32Array, to: number): void {
  const scale = halfAt(bytes, from);
  for (let index = 0; index < 16; index++) {
    const pair = bytes[from + 2 + index]!;
    values[to + index] = scale * ((pair & 15) - 8);
    values[to + index + 16] = scale * ((pair >> 4) - 8);
  }
}

/** half scale, half minimum, nibbles. */
function decodeQ4_1(bytes: Uint8Array, from: number, values: Float32Array, to: number): void {
  const scale = halfAt(bytes, from);
  const minimum = halfAt(bytes, from + 2);
  for (let index = 0; index < 16; index++) {
    const pair = bytes[from + 4 + index]!;
    values[to + index] = scale * (pair & 15) + minimum;
    values[to + index + 16] = scale * (pair >> 4) + minimum;
  }
}

/** half scale, 32 fifth bits, nibbles. */
function decodeQ5_0(bytes: Uint8Array, from: number, values: Float32Array, to: number): void {
  const scale = halfAt(bytes, from);
  const fifthBits = uint32At(bytes, from + 2);
  for (let index = 0; index < 16; index++) {
    const pair = bytes[from + 6 + index]!;
    values[to + index] = scale * (((pair & 15) | (((fifthBits >>> index) & 1) << 4)) - 16);
    values[to + index + 16] = scale * (((pair >> 4) | (((fifthBits >>> (index + 16)) & 1) << 4)) - 16);
  }
}

/** half scale, half minimum, 32 fifth bits, nibbles. */
function decodeQ5_1(bytes: Uint8Array, from: number, values: Float32Array, to: number): void {
  const scale = halfAt(bytes, from);
  const minimum = halfAt(bytes, from + 2);
  const fifthBits = uint32At(bytes, from + 4);
  for (let index = 0; index < 16; index++) {
    const pair = bytes[from + 8 + index]!;
    values[to + index] = scale * ((pair & 15) | (((fifthBits >>> index) & 1) << 4)) + minimum;
    values[to + index + 16] = scale * ((pair >> 4) | (((fifthBits >>> (index + 16)) & 1) << 4)) + minimum;
  }
}

/** half scale, 32 signed bytes. */
function decodeQ8_0(bytes: Uint8Array, from: number, values: Float32Array, to: number): void {
  const scale = halfAt(bytes, from);
  for (let index = 0; index < 32; index++) {
    values[to + index] = scale * ((bytes[from + 2 + index]! << 24) >> 24);
  }
}

/**
 * half scale of scales, half scale of minima, 12 bytes with eight 6-bit scales and minima, for Q5_K 32 bytes of
 * fifth bits, and nibbles: each 32 bytes hold one group of 32 values in the low and the next in the high nibbles.
 */
function decodeQ45K(
  bytes: Uint8Array,
  from: number,
  values: Float32Array,
  to: number,
  fifthBitsAt: number | undefined,
  nibblesAt: number,
): void {
  const superScale = halfAt(bytes, from);
  const superMinimum = halfAt(bytes, from + 2);
  const packed = from + 4;
  for (let group = 0; group < 8; group++) {
    // ggml-quants.c `get_scale_min_k4`.
    const low = group < 4;
    const scaleBits = low
      ? bytes[packed + group]! & 63
      : (bytes[packed + group + 4]! & 15) | ((bytes[packed + group - 4]! >> 6) << 4);
    const minimumBits = low
      ? bytes[packed + group + 4]! & 63
      : (bytes[packed + group + 4]! >> 4) | ((bytes[packed + group]! >> 6) << 4);
    const scale = superScale * scaleBits;
    const minimum = superMinimum * minimumBits;
    const nibbles = nibblesAt + (group >> 1) * 32;
    const shift = (group & 1) * 4;
    const target = to + group * 32;
    for (let index = 0; index < 32; index++) {
      const fifth = fifthBitsAt === undefined ? 0 : ((bytes[fifthBitsAt + index]! >> group) & 1) << 4;
      values[target + index] = scale * (((bytes[nibbles + index]! >> shift) & 15) | fifth) - minimum;
    }
  }
}

/** 128 bytes of low nibbles, 64 of high bit pairs, 16 signed scales (one per 16 values), half scale of scales. */
function decodeQ6K(bytes: Uint8Array, from: number, values: Float32Array, to: number): void {
  const superScale = halfAt(bytes, from + 208);
  for (let quarter = 0; quarter < 8; quarter++) {
    const halfIndex = quarter >> 2; // Each half holds 128 values in four runs of 32.
    const run = quarter & 3;
    const nibbles = from + halfIndex * 64 + (run & 1) * 32;
    const nibbleShift = (run >> 1) * 4;
    const pairs = from + 128 + halfIndex * 32;
    const target = to + quarter * 32;
    for (let index = 0; index < 32; index++) {
      const scale = (bytes[from + 192 + quarter * 2 + (index >> 4)]! << 24) >> 24;
      const low = (bytes[nibbles + index]! >> nibbleShift) & 15;
      const high = (bytes[pairs + index]! >> (run * 2)) & 3;
      values[target + index] = superScale * scale * ((low | (high << 4)) - 32);
    }
  }
}
