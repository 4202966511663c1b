import type { TransformerConfiguration } from '../configuration';
import type { Precision } from '../precision';
import { channelsOf, largestActivation } from './channels';
import { toFloat16 } from './float16';
import { halfOf } from './halves';
import { nibbleBlockSize, nibblesOf } from './nibbles';
import { createOnnxBuilder, microsoft, type Value } from './onnxBuilder';
import { dataType, float, int, ints } from './onnxModel';
import type { BlockMatrix, FileRange, FloatVector, WeightsPlan } from './weightsPlan';

/** The name of the external-data file beside the graph that holds what `createWeights` plans. */
export const weightsFileName = 'weights.bin';

/**
 * What the layers' matrices are multiplied as: 8-bit blocks; with one scale for each row, an output channel, but for q, k
 * and v (float32 only); or 4-bit blocks.
 */
export type MatrixForm = 'blocks' | 'channels' | 'nibbles';

/** A file of what is not in the weights file in the form that a graph needs; the plan's tasks read the weights file. */
export interface DerivedFile {
  readonly name: string;
  readonly plan: WeightsPlan;
}

export interface NetworkOptions {
  /** Of MatMulNBits: 4 quantises activations to int8 (fast), 0 keeps them as they are. */
  readonly accuracyLevel: 0 | 4;
  /** Of activations, the KV cache and all weights but the quantised ones. Absent: float32. */
  readonly precision?: Precision;
  /** Absent: blocks. */
  readonly matrixForm?: MatrixForm;
  readonly derived: DerivedFile;
}

/** How RoPE pairs the dimensions of a head. */
export type RotaryPairing =
  /** (i, i + headDimension / 2), as in Hugging Face's weights. */
  | 'halves'
  /** (2i, 2i + 1): what llama.cpp's converter makes of llama's q and k by permuting their rows. */
  | 'neighbours';

/** RMSNorm: x / rms(x) * weight. LayerNorm: (x - mean(x)) / deviation(x) * weight + bias. Vectors are [width]. */
export type Norm =
  | { readonly kind: 'rms'; readonly weight: FloatVector; readonly epsilon: number }
  | {
      readonly kind: 'layer';
      readonly weight: FloatVector;
      readonly bias: FloatVector;
      readonly epsilon: number;
    };

/** What MatMulNBits multiplies by. */
interface BlockOperands {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly blocks: Value; // uint8 [rowCount, columnCount / blockSize, blockSize * bits / 8]
  readonly scales: Value; // [rowCount, columnCount / blockSize]
  /** What stands for zero in each block. Absent: the middle of the range. */
  readonly zeros?: Value; // uint8 [rowCount, bytes of a row's]
}

/**
 * Accumulates an ONNX graph; its methods are the few layers that decoders are made of. Operators and attributes:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
export function createNetwork({ accuracyLevel, precision, matrixForm, derived }: NetworkOptions) {
  const builder = createOnnxBuilder();
  const { input, output, node, push, external, constantInt64s, toOnnx } = builder;
  /** Of activations and the KV cache. */
  const isHalf = precision === 'float16';
  const activationType = isHalf ? dataType.float16 : dataType.float32;

  return {
    activationType,
    input,
    output,
    embedding,
    scale,
    norm,
    headNorm,
    addAndNorm,
    linear,
    linearByChannel,
    logits,
    split,
    attention,
    siluGate,
    gelu,
    positionsFrom,
    logSumExp,
    argMax,
    largest,
    without,
    pick,
    withSpareRow,
    floatTable,
    toOnnx,
  };

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

  /** x times a number; x itself where there is none. */
  function scale(label: string, x: Value, factor: number | undefined): Value {
    if (factor === undefined || factor === 1) {
      return x;
    }
    return node(label, 'Mul', '', [x, constantFloat(`${label}.factor`, factor)]);
  }

  /** x [1, seq, width] -> its norm [1, seq, width]. */
  function norm(label: string, x: Value, by: Norm): Value {
    const attributes = [int('axis', -1), float('epsilon', by.epsilon), int('stash_type', 1)];
    return by.kind === 'rms'
      ? node(label, 'SimplifiedLayerNormalization', '', [x, floatVector(by.weight)], attributes)
      : node(label, 'LayerNormalization', '', [x, floatVector(by.weight), floatVector(by.bias)], attributes);
  }

  /** x [1, seq, heads * headDimension] -> each head x / rms(x) * weight [headDimension], in the same shape. */
  function headNorm(label: string, x: Value, weight: FloatVector, epsilon: number): Value {
    // In shapes for Reshape 0 keeps a dimension and -1 takes what is left.
    const apart = constantInt64s(`reshape.heads.${weight.length}`, [0, 0, -1, weight.length]);
    const heads = node(`${label}.heads`, 'Reshape', '', [x, apart]);
    const normed = norm(`${label}.apart`, heads, { kind: 'rms', weight, epsilon });
    return node(label, 'Reshape', '', [normed, constantInt64s('reshape.joined', [0, 0, -1])]);
  }

  /** x, delta [1, seq, width] -> the sum, and its norm. One operator does both. */
  function addAndNorm(
    label: string,
    x: Value,
    delta: Value,
    by: Norm,
  ): { readonly sum: Value; readonly normed: Value } {
    const normed = label;
    const sum = `${label}.sum`;
    const [operator, bias] =
      by.kind === 'rms'
        ? ['SkipSimplifiedLayerNormalization', []]
        : ['SkipLayerNormalization', [floatVector(by.bias)]];
    push(
      label,
      operator,
      microsoft,
      [x, delta, floatVector(by.weight), ...bias],
      [normed, '', '', sum],
      [float('epsilon', by.epsilon)],
    );
    return { sum, normed };
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
    if (!builder.has(bytes)) {
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
    return builder.constant('activation.zero', dataType.uint8, [], Uint8Array.of(128));
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

  /** x [1, seq, Σ widths] -> its parts [1, seq, width], one for each width. */
  function split(label: string, x: Value, widths: readonly number[]): readonly Value[] {
    const parts = widths.map((_, index) => `${label}.part.${index}`);
    const sizes = constantInt64s(`split.${widths.join('.')}`, widths);
    push(`${label}.split`, 'Split', '', [x, sizes], parts, [int('axis', -1)]);
    return parts;
  }

  /**
   * Queries, keys and values, packed as one [1, seq, (headCount + 2 keyValueHeadCount) headDimension] or as three,
   * rotated here, attend to the cache, whose tensors are [1, keyValueHeadCount, capacity, headDimension] -> [1, seq,
   * headCount * headDimension].
   */
  function attention(
    label: string,
    [query, key = '', value = '']: readonly [Value] | readonly [Value, Value, Value],
    cache: { readonly pastKey: Value; readonly pastValue: Value; presentKey: Value; presentValue: Value },
    lengths: { readonly lastPosition: Value; readonly totalLength: Value },
    rotary: { readonly cosines: Value; readonly sines: Value; readonly pairing: RotaryPairing },
    { headCount, keyValueHeadCount, multipliers }: TransformerConfiguration,
  ): Value {
    const attended = label;
    push(
      label,
      'GroupQueryAttention',
      microsoft,
      [
        ...[query, key, value, cache.pastKey, cache.pastValue, lengths.lastPosition, lengths.totalLength],
        ...[rotary.cosines, rotary.sines],
      ],
      [attended, cache.presentKey, cache.presentValue],
      [
        int('num_heads', headCount),
        int('kv_num_heads', keyValueHeadCount),
        int('do_rotary', 1),
        int('rotary_interleaved', rotary.pairing === 'neighbours' ? 1 : 0),
        // Without it: 1 / √headDimension.
        ...(multipliers === undefined ? [] : [float('scale', multipliers.attention)]),
      ],
    );
    return attended;
  }

  /** silu(gate) * up, all [1, seq, width]. QuickGelu with alpha 1 is x * sigmoid(x), which is SiLU. */
  function siluGate(label: string, gate: Value, up: Value): Value {
    const activated = node(`${label}.silu`, 'QuickGelu', microsoft, [gate], [float('alpha', 1)]);
    return node(label, 'Mul', '', [activated, up]);
  }

  /** GELU in its tanh form, as PyTorch's `gelu_pytorch_tanh` and ggml compute it. */
  function gelu(label: string, x: Value): Value {
    return node(label, 'FastGelu', microsoft, [x]);
  }

  /** x [1, seq, width] -> the positions from `first` on [1, wanted, width]; -1 is the last position. */
  function positionsFrom(label: string, x: Value, first: Value): Value {
    const end = constantInt64s('slice.end', [Number.MAX_SAFE_INTEGER]);
    return node(label, 'Slice', '', [x, first, end, constantInt64s('slice.axis', [1])]);
  }

  /** logits [1, wanted, vocabulary] -> log Σ exp [1, wanted, 1]. */
  function logSumExp(label: string, logits: Value): Value {
    return node(label, 'ReduceLogSumExp', '', [logits], [ints('axes', [-1]), int('keepdims', 1)]);
  }

  /** logits [1, wanted, vocabulary] -> the first index of the largest [1, wanted]. */
  function argMax(label: string, logits: Value): Value {
    return node(label, 'ArgMax', '', [logits], [int('axis', -1), int('keepdims', 0)]);
  }

  /** logits [1, wanted, vocabulary] -> the largest [1, wanted, 1]. */
  function largest(label: string, logits: Value): Value {
    return node(label, 'ReduceMax', '', [logits], [ints('axes', [-1]), int('keepdims', 1)]);
  }

  /** logits [1, wanted, vocabulary], values [1, wanted, 1] -> the logits, those that are such a value out of question. */
  function without(label: string, logits: Value, values: Value): Value {
    const isValue = node(`${label}.excluded`, 'Equal', '', [logits, values]);
    const least = builder.constant('logits.least', dataType.float32, [], bytesOf(Float32Array.of(-1e30)));
    return node(label, 'Where', '', [isValue, least, logits]);
  }

  /** logits [1, wanted, vocabulary], ids [count] -> the logits of these ids [1, wanted, count]. */
  function pick(label: string, logits: Value, ids: Value): Value {
    return node(label, 'Gather', '', [logits, ids], [int('axis', 2)]);
  }

  /** x [1, rows, width] -> [1, rows + 1, width], the last row zeros. */
  function withSpareRow(label: string, x: Value): Value {
    return node(label, 'Pad', '', [x, constantInt64s('pad.row', [0, 0, 0, 0, 1, 0])]);
  }

  function floatTable(table: FloatVector, shape: readonly number[]): Value {
    return floats(table.name, shape, table.range);
  }

  function floatVector(vector: FloatVector): Value {
    return floatTable(vector, [vector.length]);
  }

  function scalesOf(matrix: BlockMatrix): Value {
    return floats(`${matrix.name}.scales`, scalesShape(matrix), matrix.scales);
  }

  function wideScalesOf(matrix: BlockMatrix): Value {
    return weight(`${matrix.name}.scales`, dataType.float32, scalesShape(matrix), matrix.scales);
  }

  /** Float32 numbers of the weights file, or their float16 copies. */
  function floats(name: string, dims: readonly number[], range: FileRange): Value {
    return isHalf
      ? external(`${name}.half`, dataType.float16, dims, halfOf(derived.plan, range), derived.name)
      : weight(name, dataType.float32, dims, range);
  }

  /** A tensor of the weights file. */
  function weight(name: string, type: number, dims: readonly number[], range: FileRange): Value {
    return external(name, type, dims, range, weightsFileName);
  }

  /** A number in the type of the activations. */
  function constantFloat(name: string, value: number): Value {
    const values = Float32Array.of(value);
    const rawData = bytesOf(isHalf ? toFloat16(values) : values);
    return builder.constant(name, activationType, [], rawData);
  }
}

export type Network = ReturnType<typeof createNetwork>;

function bytesOf({ buffer }: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer);
}

function scalesShape({ rowCount, columnCount, blockSize }: BlockMatrix): readonly number[] {
  return [rowCount, columnCount / blockSize];
}
