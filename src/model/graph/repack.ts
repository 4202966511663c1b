import { blockLayouts, type TensorType } from '../gguf/tensorType';
import { dequantise } from './dequantise';
import { float16Values } from './float16';
import { nearestInteger } from './nearestInteger';

/** The byte that stands for zero: what MatMulNBits and GatherBlockQuantized assume at 8 bits when told nothing. */
const zeroPoint = 128;

/**
 * Whole blocks of `type` as 8-bit blocks: value = (block byte - 128) * scale. `blocks` has one byte per value,
 * `scales` one float per block of ours, whose size follows from the two. In blocks of 32 this is exact for Q8_0, Q5_0
 * and Q4_0, whose blocks are 32 values with one scale already; everything else is rounded to 255 levels of the largest
 * magnitude in each block.
 */
export function repack(type: TensorType, source: Uint8Array, blocks: Uint8Array, scales: Float32Array): void {
  const { byteCount, valueCount } = blockLayouts[type];
  const blockCount = source.length / byteCount;
  const repackExactly = exactRepackers[type];
  if (repackExactly === undefined || blocks.length / scales.length !== valueCount) {
    const values = new Float32Array(blockCount * valueCount);
    dequantise(type, source, values);
    quantise(values, blocks, scales);
    return;
  }
  for (let block = 0; block < blockCount; block++) {
    const from = block * byteCount;
    scales[block] = float16Values[source[from]! | (source[from + 1]! << 8)]!; // Each begins with a half scale.
    repackExactly(source, from + 2, blocks, block * valueCount);
  }
}

type RepackBlock = (source: Uint8Array, from: number, blocks: Uint8Array, to: number) => void;

const exactRepackers: Partial<Readonly<Record<TensorType, RepackBlock>>> = {
  Q8_0: repackQ8_0,
  Q5_0: repackQ5_0,
  Q4_0: repackQ4_0,
};

/** Signed bytes. */
function repackQ8_0(source: Uint8Array, from: number, blocks: Uint8Array, to: number): void {
  for (let index = 0; index < 32; index++) {
    blocks[to + index] = source[from + index]! ^ 0x80; // Two's complement plus 128.
  }
}

/** 32 fifth bits, then nibbles; the stored number is the value + 16. */
function repackQ5_0(source: Uint8Array, from: number, blocks: Uint8Array, to: number): void {
  const low = source[from]! | (source[from + 1]! << 8);
  const high = source[from + 2]! | (source[from + 3]! << 8);
  for (let index = 0; index < 16; index++) {
    const pair = source[from + 4 + index]!;
    blocks[to + index] = ((pair & 15) | (((low >> index) & 1) << 4)) + (zeroPoint - 16);
    blocks[to + index + 16] = ((pair >> 4) | (((high >> index) & 1) << 4)) + (zeroPoint - 16);
  }
}

/** Nibbles; the stored number is the value + 8. */
function repackQ4_0(source: Uint8Array, from: number, blocks: Uint8Array, to: number): void {
  for (let index = 0; index < 16; index++) {
    const pair = source[from + index]!;
    blocks[to + index] = (pair & 15) + (zeroPoint - 8);
    blocks[to + index + 16] = (pair >> 4) + (zeroPoint - 8);
  }
}

function quantise(values: Float32Array, blocks: Uint8Array, scales: Float32Array): void {
  const blockSize = blocks.length / scales.length;
  for (let block = 0; block < scales.length; block++) {
    const start = block * blockSize;
    let largest = 0;
    for (let index = start; index < start + blockSize; index++) {
      largest = Math.max(largest, Math.abs(values[index]!));
    }
    const scale = largest / 127;
    scales[block] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let index = start; index < start + blockSize; index++) {
      blocks[index] = nearestInteger(values[index]! * inverse) + zeroPoint;
    }
  }
}
