import { channelsOf, largestActivation } from './channels';
import { nibbleBlockSize, nibblesOf } from './nibbles';
import { microsoft, type OnnxBuilder, type Value } from './onnxBuilder';
import { dataType, int, ints } from './onnxModel';
import type { DerivedFile, Tensors } from './tensors';
import type { BlockMatrix, FileRange, FloatVector } from './weightsPlan';

/**
 * What the layers' matrices are multiplied as: 8-bit blocks; with one scale for each row, an output channel, but for q, k
 * and v (float32 only); or 4-bit blocks.
 */
export type MatrixForm = 'blocks' | 'channels' | 'nibbles';

export interface MatrixOptions {
  /** Of MatMulNBits: 4 quantises activations to int8 (fast), 0 keeps them as they are. */
  readonly accuracyLevel: 0 | 4;
  /** Absent: blocks. */
  readonly matrixForm?: MatrixForm;
  readonly derived: DerivedFile;
}

/** What MatMulNBits multiplies by. */
interface BlockOperands {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly blocks: Value; // uint8 [rowCount, columnCount / blockSize, blockSize * bits / 8]
  readonly scales: Value; // [rowCount, columnCount / blockSize]
  /** What stands for zero in each block. Absent: the middle of the range. */
  readonly zeros?: Value; // uint8 [rowCount, bytes of a row's]
}

/** Lookups in and multiplications by the matrices of a model, in the form that a graph has them in. */
export function createMatrices(
  { node, has, external, constant }: OnnxBuilder,
  tensors: Tensors,
  { accuracyLevel, matrixForm, derived }: MatrixOptions,
) {
  const { isHalf, weight, floatVector, scalesOf, wideScalesOf, constantFloat } = tensors;

  return { embedding, linear, linearByChannel, logits };

  /** ids [1, seq] -> rows of the table [1, seq, columns]. */
  function embedding(ids: Value, table: BlockMatrix): Value {
    // The same bytes may serve a head as [rows, columns / 32, 32]: one range of the file, two initializers.
    const shape = [table.rowCount, table.columnCount];
    const rows = weight(`${table.name}.rows`, dataType.uint8, shape, table.blocks);
    return node(
      'embedding',
      'GatherBlockQuantized',
      microsoft,
      [rows, ids, scalesOf(table)],
      [int('bits', 8), int('block_size', table.blockSize), int('gather_axis', 0), int('quantize_axis', 1)],
    );
  }

  /** x [1, seq, columns] -> x · matrixᵀ + bias [1, seq, rows]. */
  function linear(label: string, x: Value, matrix: BlockMatrix, bias?: FloatVector): Value {
    return matrixForm === 'nibbles'
      ? multiply(label, x, matrix, nibbleOperands(matrix), bias)
      : multiply(label, x, matrix, byteOperands(matrix, scalesOf(matrix)), bias);
  }

  /**
   * As `linear`, for an x whose outliers are in no fixed channels, so that each position can have one scale: in a network
   * by channel both factors are integers, which is exact but for their rounding. Kernels for such products are the
   * oldest and best of ONNX Runtime: without VNNI they are three times as fast as those for blocks.
   */
  function linearByChannel(label: string, x: Value, matrix: BlockMatrix, bias?: FloatVector): Value {
    if (matrixForm !== 'channels') {
      return linear(label, x, matrix, bias);
    }
    const { values, scales } = channelsOf(derived.plan, matrix);
    const { bytes, magnitude } = quantised(x);
    const { name, rowCount, columnCount } = matrix;
    const product = node(`${label}.product`, 'MatMulIntegerToFloat', microsoft, [
      bytes,
      external(`${name}.channels`, dataType.int8, [columnCount, rowCount], values, derived.name),
      activationStep(),
      external(`${name}.channelScales`, dataType.float32, [rowCount], scales, derived.name),
      activationZero(),
    ]);
    if (bias === undefined) {
      return node(label, 'Mul', '', [product, magnitude]);
    }
    const scaled = node(`${label}.scaled`, 'Mul', '', [product, magnitude]);
    return node(label, 'Add', '', [scaled, floatVector(bias)]);
  }

  /** x [1, seq, width] -> the largest magnitude of each position [1, seq, 1], and what x is in 127ths of it, plus 128. */
  function quantised(x: Value): { readonly bytes: Value; readonly magnitude: Value } {
    const bytes = `${x}.bytes`;
    const magnitude = `${x}.magnitude`;
    if (!has(bytes)) {
      const magnitudes = node(`${x}.magnitudes`, 'Abs', '', [x]);
      const largest = node(`${x}.largest`, 'ReduceMax', '', [magnitudes], [ints('axes', [-1])]);
      // A position of zeros would be divided by zero.
      node(magnitude, 'Max', '', [largest, constantFloat('magnitude.least', 1e-30)]);
      const shares = node(`${x}.shares`, 'Div', '', [x, magnitude]);
      node(bytes, 'QuantizeLinear', '', [shares, activationStep(), activationZero()]);
    }
    return { bytes, magnitude };
  }

  function activationStep(): Value {
    return constantFloat('activation.step', 1 / largestActivation);
  }

  function activationZero(): Value {
    return constant('activation.zero', dataType.uint8, [], Uint8Array.of(128));
  }

  /**
   * x [1, wanted, columns] -> x · matrixᵀ [1, wanted, rows], in float32 whatever the activations are: numbers of 16
   * and more are 0.016 apart in float16, which would make ties of what is none.
   */
  function logits(label: string, x: Value, matrix: BlockMatrix): Value {
    const wide = isHalf ? cast(`${label}.wide`, x, dataType.float32) : x;
    return multiply(label, wide, matrix, byteOperands(matrix, wideScalesOf(matrix)));
  }

  function multiply(
    label: string,
    x: Value,
    { rowCount, columnCount }: BlockMatrix,
    { bits, blockSize, blocks, scales, zeros = '' }: BlockOperands,
    bias?: FloatVector,
  ): Value {
    const groupIndex = '';
    const withoutBias = zeros === '' ? [] : [zeros];
    const optional = bias === undefined ? withoutBias : [zeros, groupIndex, floatVector(bias)];
    return node(
      label,
      'MatMulNBits',
      microsoft,
      [x, blocks, scales, ...optional],
      [
        int('K', columnCount),
        int('N', rowCount),
        int('bits', bits),
        int('block_size', blockSize),
        int('accuracy_level', accuracyLevel),
      ],
    );
  }

  function byteOperands(matrix: BlockMatrix, scales: Value): BlockOperands {
    const { name, rowCount, columnCount, blockSize, blocks } = matrix;
    const shape = [rowCount, columnCount / blockSize, blockSize];
    return { bits: 8, blockSize, blocks: weight(`${name}.blocks`, dataType.uint8, shape, blocks), scales };
  }

  function nibbleOperands(matrix: BlockMatrix): BlockOperands {
    const { name, rowCount, columnCount } = matrix;
    const { blocks, scales, zeros } = nibblesOf(derived.plan, matrix);
    const blockCount = columnCount / nibbleBlockSize;
    const part = (label: string, type: number, dims: readonly number[], range: FileRange) =>
      external(`${name}.${label}`, type, dims, range, derived.name);
    return {
      bits: 4,
      blockSize: nibbleBlockSize,
      blocks: part('nibbles', dataType.uint8, [rowCount, blockCount, nibbleBlockSize / 2], blocks),
      scales: part('nibbleScales', dataType.float16, [rowCount, blockCount], scales),
      zeros: part('nibbleZeros', dataType.uint8, [rowCount, Math.ceil(blockCount / 2)], zeros),
    };
  }

  function cast(label: string, x: Value, type: number): Value {
    return node(label, 'Cast', '', [x], [int('to', type)]);
  }
}
