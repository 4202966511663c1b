import { toFloat16 } from './float16';
import { nearestInteger } from './nearestInteger';
import {
  allocate,
  matrixSource,
  type BlockMatrix,
  type FileRange,
  type MatrixTask,
  type WeightsPlan,
} from './weightsPlan';

/** Values that have a scale and a zero point in common. */
export const nibbleBlockSize = 32;

const largestNibble = 15;
/** Of 8-bit blocks. */
const byteZero = 128;

/** Shares of a block's range that are tried: the values at its ends cost less than coarse steps for all others. */
const rangeShares = [1, 0.965, 0.93, 0.895, 0.86, 0.825, 0.79, 0.755];

/** A matrix in 4-bit blocks: value = (nibble - zero) * scale. Of two that share a byte the first is the lower one. */
export interface NibbleMatrix {
  readonly blocks: FileRange; // uint8 [rowCount, columnCount / 2]
  readonly scales: FileRange; // float16 [rowCount, columnCount / nibbleBlockSize]
  readonly zeros: FileRange; // uint8 [rowCount, half as many as scales of a row]
}

export type NibblesTask = MatrixTask<'nibbles', NibbleMatrix>;

/** The place of a matrix in 4-bit blocks; the task that makes it goes into the plan, which reads the weights file. */
export function nibblesOf(plan: WeightsPlan, matrix: BlockMatrix): NibbleMatrix {
  const { rowCount, columnCount } = matrix;
  const blockCount = columnCount / nibbleBlockSize;
  const target = {
    blocks: allocate(plan, (rowCount * columnCount) / 2),
    scales: allocate(plan, rowCount * blockCount * 2),
    zeros: allocate(plan, rowCount * Math.ceil(blockCount / 2)),
  };
  plan.tasks.push({ kind: 'nibbles', ...matrixSource(matrix), target });
  return target;
}

/** 8-bit blocks [rowCount, columnCount] with their scales [rowCount, columnCount / blockSize] as 4-bit ones. */
export function toNibbles(
  { rowCount, columnCount, blockSize }: Pick<BlockMatrix, 'rowCount' | 'columnCount' | 'blockSize'>,
  bytes: Uint8Array,
  byteScales: Float32Array,
): { readonly blocks: Uint8Array; readonly scales: Uint16Array; readonly zeros: Uint8Array } {
  const blockCount = columnCount / nibbleBlockSize;
  const blocks = new Uint8Array((rowCount * columnCount) / 2);
  const scales = new Float32Array(rowCount * blockCount);
  const zeros = new Uint8Array(rowCount * Math.ceil(blockCount / 2));
  for (let block = 0; block < scales.length; block++) {
    const start = block * nibbleBlockSize;
    const own = bytes.subarray(start, start + nibbleBlockSize);
    const { step, zero } = chooseSteps(own);
    scales[block] = step * byteScales[Math.floor(start / blockSize)]!;
    const column = block % blockCount;
    const pair = Math.floor(block / blockCount) * Math.ceil(blockCount / 2) + (column >> 1);
    zeros[pair]! |= zero << (4 * (column & 1));
    for (let index = 0; index < nibbleBlockSize; index++) {
      blocks[(start + index) >> 1]! |= nibbleOf(own[index]!, step, zero) << (4 * (index & 1));
    }
  }
  return { blocks, scales: toFloat16(scales), zeros };
}

/**
 * The step, in steps of the bytes, and the zero point that bring the values of a block closest, by the sum of squares;
 * exactly, where they span no more than nibbles do, as those of a 4-bit GGUF in blocks of 32.
 */
function chooseSteps(bytes: Uint8Array): { readonly step: number; readonly zero: number } {
  let lowest = byteZero;
  let highest = byteZero;
  for (const byte of bytes) {
    lowest = Math.min(lowest, byte);
    highest = Math.max(highest, byte);
  }
  const range = highest - lowest;
  if (range <= largestNibble) {
    return { step: 1, zero: byteZero - lowest };
  }
  const zero = nearestInteger(((byteZero - lowest) * largestNibble) / range);
  let best = { step: 1, error: Infinity };
  for (const share of rangeShares) {
    const step = (range * share) / largestNibble;
    let error = 0;
    for (const byte of bytes) {
      error += ((nibbleOf(byte, step, zero) - zero) * step - (byte - byteZero)) ** 2;
    }
    best = error < best.error ? { step, error } : best;
  }
  return { step: best.step, zero };
}

function nibbleOf(byte: number, step: number, zero: number): number {
  return Math.min(largestNibble, Math.max(0, nearestInteger((byte - byteZero) / step) + zero));
}
