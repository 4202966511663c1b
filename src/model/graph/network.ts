import type { TransformerConfiguration } from '../configuration';
import { toFloat16 } from './float16';
import { halfOf, type HalvesPlan } from './halves';
import {
  attributeType,
  dataType,
  externalLocation,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './onnxModel';
import type { BlockMatrix, FileRange, FloatVector } from './weightsPlan';

/** The name of a value that flows through the graph. */
export type Value = string;

/** Names of the external-data files beside the graph. */
export const weightsFileName = 'weights.bin';
export const halvesFileName = 'float16.bin';

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

const microsoft = 'com.microsoft';

/**
 * Accumulates an ONNX graph; its methods are the few layers that decoders are made of. Operators and attributes:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 *
 * `accuracyLevel` of MatMulNBits: 4 quantises activations to int8 (fast), 0 keeps them as they are. With `halves`
 * activations, KV cache and all weights but the 8-bit blocks are float16; the float32 numbers of the weights file are
 * then to be copied as the plan says.
 */
export function createNetwork(accuracyLevel: 0 | 4, halves?: HalvesPlan) {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  /** Of activations and the KV cache. */
  const activationType = halves === undefined ? dataType.float32 : dataType.float16;

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
    logits,
    split,
    attention,
    siluGate,
    gelu,
    positionsFrom,
    logSumExp,
    argMax,
    largest,
    pick,
    withSpareRow,
    floatTable,
    toOnnx,
  };

  function input(name: string, type: number, shape: readonly (number | string)[]): Value {
    inputs.push(valueInfo(name, type, shape));
    return name;
  }

  function output(value: Value, type: number, shape: readonly (number | string)[]): void {
    outputs.push(valueInfo(value, type, shape));
  }

  /** ids [1, seq] -> rows of the table [1, seq, columns]. */
  function embedding(ids: Value, table: BlockMatrix): Value {
    // The same bytes may serve a head as [rows, columns / 32, 32]: one range of the file, two initializers.
    const shape = [table.rowCount, table.columnCount];
    const rows = external(`${table.name}.rows`, dataType.uint8, shape, table.blocks);
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
    const value = Float32Array.of(factor);
    const rawData = new Uint8Array((halves === undefined ? value : toFloat16(value)).buffer);
    const constant = `${label}.factor`;
    initializers.set(constant, { name: constant, dataType: activationType, dims: [], rawData });
    return node(label, 'Mul', '', [x, constant]);
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
    // Inputs 3 (zero points: 128 when absent) and 4 (group index) are left out.
    const tail = bias === undefined ? [] : ['', '', floatVector(bias)];
    return multiply(label, x, matrix, scalesOf(matrix), tail);
  }

  /**
   * x [1, wanted, columns] -> x · matrixᵀ [1, wanted, rows], in float32 whatever the activations are: numbers of 16
   * and more are 0.016 apart in float16, which would make ties of what is none.
   */
  function logits(label: string, x: Value, matrix: BlockMatrix): Value {
    const wide = halves === undefined ? x : cast(`${label}.wide`, x, dataType.float32);
    return multiply(label, wide, matrix, wideScalesOf(matrix), []);
  }

  function multiply(
    label: string,
    x: Value,
    { name, rowCount, columnCount, blockSize, blocks }: BlockMatrix,
    scales: Value,
    tail: readonly Value[],
  ): Value {
    const shape = [rowCount, columnCount / blockSize, blockSize];
    return node(
      label,
      'MatMulNBits',
      microsoft,
      [x, external(`${name}.blocks`, dataType.uint8, shape, blocks), scales, ...tail],
      [
        int('K', columnCount),
        int('N', rowCount),
        int('bits', 8),
        int('block_size', blockSize),
        int('accuracy_level', accuracyLevel),
      ],
    );
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

  /** logits [1, wanted, vocabulary] -> the largest [1, wanted]. */
  function largest(label: string, logits: Value): Value {
    return node(label, 'ReduceMax', '', [logits], [ints('axes', [-1]), int('keepdims', 0)]);
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

  function toOnnx(name: string): OnnxModel {
    return {
      irVersion: 8, // The version of opset 17.
      producerName: 'sotto',
      opsetImport: [
        { domain: '', version: 17 },
        { domain: microsoft, version: 1 },
      ],
      graph: { name, node: nodes, initializer: [...initializers.values()], input: inputs, output: outputs },
    };
  }

  function floatVector(vector: FloatVector): Value {
    return floatTable(vector, [vector.length]);
  }

  function scalesOf(matrix: BlockMatrix): Value {
    return floats(`${matrix.name}.scales`, scalesShape(matrix), matrix.scales);
  }

  function wideScalesOf(matrix: BlockMatrix): Value {
    return external(`${matrix.name}.scales`, dataType.float32, scalesShape(matrix), matrix.scales);
  }

  /** Float32 numbers of the weights file, or their float16 copies. */
  function floats(name: string, dims: readonly number[], range: FileRange): Value {
    return halves === undefined
      ? external(name, dataType.float32, dims, range)
      : external(`${name}.half`, dataType.float16, dims, halfOf(halves, range), halvesFileName);
  }

  function external(
    name: string,
    type: number,
    dims: readonly number[],
    range: FileRange,
    location = weightsFileName,
  ): Value {
    const entries = { location, offset: range.offset, length: range.byteCount };
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }));
    initializers.set(name, { name, dataType: type, dims, dataLocation: externalLocation, externalData });
    return name;
  }

  function constantInt64s(name: string, values: readonly number[]): Value {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    initializers.set(name, { name, dataType: dataType.int64, dims: [values.length], rawData });
    return name;
  }

  /** A node with one output, which bears the node's name. */
  function node(
    label: string,
    opType: string,
    domain: string,
    operands: readonly Value[],
    attributes: readonly OnnxAttribute[] = [],
  ): Value {
    push(label, opType, domain, operands, [label], attributes);
    return label;
  }

  function push(
    name: string,
    opType: string,
    domain: string,
    operands: readonly Value[],
    results: readonly Value[],
    attribute: readonly OnnxAttribute[],
  ): void {
    nodes.push({ name, opType, domain, input: operands, output: results, attribute });
  }
}

export type Network = ReturnType<typeof createNetwork>;

function scalesShape({ rowCount, columnCount, blockSize }: BlockMatrix): readonly number[] {
  return [rowCount, columnCount / blockSize];
}

function valueInfo(name: string, elemType: number, shape: readonly (number | string)[]): OnnxValueInfo {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function int(name: string, i: number): OnnxAttribute {
  return { name, type: attributeType.int, i };
}

function ints(name: string, values: readonly number[]): OnnxAttribute {
  return { name, type: attributeType.ints, ints: values };
}

function float(name: string, f: number): OnnxAttribute {
  return { name, type: attributeType.float, f };
}
