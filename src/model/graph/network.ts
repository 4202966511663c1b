import type { TransformerConfiguration } from '../configuration';
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

/** Name of the external-data file beside the graph. */
export const weightsFileName = 'weights.bin';

/** How RoPE pairs the dimensions of a head. */
export type RotaryPairing =
  /** (i, i + headDimension / 2), as in Hugging Face's weights. */
  | 'halves'
  /** (2i, 2i + 1): what llama.cpp's converter makes of llama's q and k by permuting their rows. */
  | 'neighbours';

const microsoft = 'com.microsoft';

/**
 * Accumulates an ONNX graph; its methods are the few layers that decoders are made of. Operators and attributes:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 *
 * `accuracyLevel` of MatMulNBits: 4 quantises activations to int8 (fast), 0 keeps them float32.
 */
export function createNetwork(accuracyLevel: 0 | 4) {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];

  return {
    input,
    output,
    embedding,
    rmsNorm,
    addAndNorm,
    linear,
    attention,
    siluGate,
    positionsFrom,
    logSumExp,
    argMax,
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

  /** x [1, seq, width] -> x / rms(x) * weight [1, seq, width]. */
  function rmsNorm(label: string, x: Value, weight: FloatVector, epsilon: number): Value {
    return node(
      label,
      'SimplifiedLayerNormalization',
      '',
      [x, floatVector(weight)],
      [int('axis', -1), float('epsilon', epsilon), int('stash_type', 1)],
    );
  }

  /** x, delta [1, seq, width] -> the sum, and its norm. One operator does both. */
  function addAndNorm(
    label: string,
    x: Value,
    delta: Value,
    weight: FloatVector,
    epsilon: number,
  ): { readonly sum: Value; readonly normed: Value } {
    const normed = label;
    const sum = `${label}.sum`;
    push(
      label,
      'SkipSimplifiedLayerNormalization',
      microsoft,
      [x, delta, floatVector(weight)],
      [normed, '', '', sum],
      [float('epsilon', epsilon)],
    );
    return { sum, normed };
  }

  /** x [1, seq, columns] -> x · matrixᵀ + bias [1, seq, rows]. */
  function linear(label: string, x: Value, matrix: BlockMatrix, bias?: FloatVector): Value {
    const { rowCount, columnCount, blockSize } = matrix;
    const blockCount = columnCount / blockSize;
    const blocks = external(
      `${matrix.name}.blocks`,
      dataType.uint8,
      [rowCount, blockCount, blockSize],
      matrix.blocks,
    );
    // Inputs 3 (zero points: 128 when absent) and 4 (group index) are left out.
    const tail = bias === undefined ? [] : ['', '', floatVector(bias)];
    return node(
      label,
      'MatMulNBits',
      microsoft,
      [x, blocks, scalesOf(matrix), ...tail],
      [
        int('K', columnCount),
        int('N', rowCount),
        int('bits', 8),
        int('block_size', blockSize),
        int('accuracy_level', accuracyLevel),
      ],
    );
  }

  /**
   * qkv [1, seq, (headCount + 2 keyValueHeadCount) headDimension], rotated here, attends to the cache, whose
   * tensors are [1, keyValueHeadCount, capacity, headDimension] -> [1, seq, headCount * headDimension].
   */
  function attention(
    label: string,
    qkv: Value,
    cache: { readonly pastKey: Value; readonly pastValue: Value; presentKey: Value; presentValue: Value },
    lengths: { readonly lastPosition: Value; readonly totalLength: Value },
    rotary: { readonly cosines: Value; readonly sines: Value; readonly pairing: RotaryPairing },
    { headCount, keyValueHeadCount }: TransformerConfiguration,
  ): Value {
    const attended = label;
    push(
      label,
      'GroupQueryAttention',
      microsoft,
      [
        ...[qkv, '', '', cache.pastKey, cache.pastValue, lengths.lastPosition, lengths.totalLength],
        ...[rotary.cosines, rotary.sines],
      ],
      [attended, cache.presentKey, cache.presentValue],
      [
        int('num_heads', headCount),
        int('kv_num_heads', keyValueHeadCount),
        int('do_rotary', 1),
        int('rotary_interleaved', rotary.pairing === 'neighbours' ? 1 : 0),
      ],
    );
    return attended;
  }

  /** silu(gate) * up, all [1, seq, width]. QuickGelu with alpha 1 is x * sigmoid(x), which is SiLU. */
  function siluGate(label: string, gate: Value, up: Value): Value {
    const activated = node(`${label}.silu`, 'QuickGelu', microsoft, [gate], [float('alpha', 1)]);
    return node(label, 'Mul', '', [activated, up]);
  }

  /** x [1, seq, width] -> the positions from `first` on [1, wanted, width]; -1 is the last position. */
  function positionsFrom(label: string, x: Value, first: Value): Value {
    const end = constantInt64('slice.end', Number.MAX_SAFE_INTEGER);
    return node(label, 'Slice', '', [x, first, end, constantInt64('slice.axis', 1)]);
  }

  /** logits [1, wanted, vocabulary] -> log Σ exp [1, wanted, 1]. */
  function logSumExp(label: string, logits: Value): Value {
    return node(label, 'ReduceLogSumExp', '', [logits], [ints('axes', [-1]), int('keepdims', 1)]);
  }

  /** logits [1, wanted, vocabulary] -> the first index of the largest [1, wanted]. */
  function argMax(label: string, logits: Value): Value {
    return node(label, 'ArgMax', '', [logits], [int('axis', -1), int('keepdims', 0)]);
  }

  function floatTable(table: FloatVector, shape: readonly number[]): Value {
    return external(table.name, dataType.float32, shape, table.range);
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

  function scalesOf({ name, rowCount, columnCount, blockSize, scales }: BlockMatrix): Value {
    return external(`${name}.scales`, dataType.float32, [rowCount, columnCount / blockSize], scales);
  }

  function external(name: string, type: number, dims: readonly number[], range: FileRange): Value {
    const entries = { location: weightsFileName, offset: range.offset, length: range.byteCount };
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }));
    initializers.set(name, { name, dataType: type, dims, dataLocation: externalLocation, externalData });
    return name;
  }

  function constantInt64(name: string, value: number): Value {
    const rawData = new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
    initializers.set(name, { name, dataType: dataType.int64, dims: [1], rawData });
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
