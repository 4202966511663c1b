import { nearestInteger } from './nearestInteger';
import {
  allocate,
  matrixSource,
  type BlockMatrix,
  type FileRange,
  type MatrixTask,
  type WeightsPlan,
} from './weightsPlan';

/**
 * Activations are bytes from 1 to 255 (zero: 128) and weights at most 63 in magnitude: x86 without VNNI adds up pairs of
 * products in 16 bits, and 2 * 255 * 64 still fits. With 127 levels for weights sums would saturate there now and then,
 * and the same model would say different things on different processors.
 *
 * What it costs: on 1,792 tokens of real code the default model gives the next token the same probability as with blocks
 * (-0.0003 nats, ± 0.0056). Against exact weights and float32 activations, in a plain forward pass over 600 positions, its
 * distributions differ by 0.0055 nats (KL; blocks 0.0010), and 97 % of the most likely tokens agree (blocks 99 %). With
 * queries, keys and values by channel too it would be 0.0079: their input has outliers in fixed channels.
 */
export const largestActivation = 127;
const largestWeight = 63;

/** A matrix with one scale for each of its rows, which are a linear layer's output channels: value = int8 * scale. */
interface ChannelMatrix {
  readonly values: FileRange; // int8 [columnCount, rowCount]: transposed, as MatMulIntegerToFloat takes it
  readonly scales: FileRange; // float32 [rowCount]
}

export type ChannelsTask = MatrixTask<'channels', ChannelMatrix>;

/** The place of a matrix by channel; the task that makes it goes into the plan, which reads the weights file. */
export function channelsOf(plan: WeightsPlan, matrix: BlockMatrix): ChannelMatrix {
  const { rowCount, columnCount } = matrix;
  const values = allocate(plan, rowCount * columnCount);
  const scales = allocate(plan, rowCount * 4);
  const target = { values, scales };
  plan.tasks.push({ kind: 'channels', ...matrixSource(matrix), target });
  return target;
}

/** 8-bit blocks [rowCount, columnCount] with their scales [rowCount, columnCount / blockSize] as channels. */
export function toChannels(
  { rowCount, columnCount, blockSize }: Pick<BlockMatrix, 'rowCount' | 'columnCount' | 'blockSize'>,
  blocks: Uint8Array,
  blockScales: Float32Array,
): { readonly values: Int8Array; readonly scales: Float32Array } {
  const values = new Int8Array(columnCount * rowCount);
  const scales = new Float32Array(rowCount);
  const row = new Float32Array(columnCount);
  for (let rowIndex = 0; rowIndex < rowCount; rowIndex++) {
    const start = rowIndex * columnCount;
    let largest = 0;
    for (let block = 0; block < columnCount; block += blockSize) {
      const blockScale = blockScales[(start + block) / blockSize]!;
      for (let column = block; column < block + blockSize; column++) {
        const value = (blocks[start + column]! - 128) * blockScale;
        row[column] = value;
        largest = Math.max(largest, Math.abs(value));
      }
    }
    const scale = largest / largestWeight;
    scales[rowIndex] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let column = 0; column < columnCount; column++) {
      values[column * rowCount + rowIndex] = nearestInteger(row[column]! * inverse);
    }
  }
  return { values, scales };
}
