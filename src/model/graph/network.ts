import type { TransformerConfiguration } from '../configuration';
import type { Precision } from '../precision';
import { createMatrices, type MatrixOptions } from './matrices';
import { createOnnxBuilder, microsoft, type Value } from './onnxBuilder';
import { dataType, float, int, ints } from './onnxModel';
import { createTensors } from './tensors';
import type { FloatVector } from './weightsPlan';

export interface NetworkOptions extends MatrixOptions {
  /** Of activations, the KV cache and all weights but the quantised ones. Absent: float32. */
  readonly precision?: Precision;
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

/**
 * Accumulates an ONNX graph; its methods are the few layers that decoders are made of. Operators and attributes:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
export function createNetwork(options: NetworkOptions) {
  const builder = createOnnxBuilder();
  const { input, output, node, push, constant, constantInt64s, toOnnx } = builder;
  const tensors = createTensors(builder, options.precision, options.derived);
  const { activationType, floatVector, floatTable, constantFloat } = tensors;
  const { embedding, linear, linearByChannel, logits } = createMatrices(builder, tensors, options);

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
    const least = constant(
      'logits.least',
      dataType.float32,
      [],
      new Uint8Array(Float32Array.of(-1e30).buffer),
    );
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
}

export type Network = ReturnType<typeof createNetwork>;
