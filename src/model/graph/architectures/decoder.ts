import type { TransformerConfiguration } from '../../configuration';
import { dataType } from '../onnxModel';
import type { Network, Norm, RotaryPairing } from '../network';
import type { Value } from '../onnxBuilder';
import { rotaryTables } from '../rotaryTables';
import type { Weights } from '../weightsPlan';
import type { ArchitectureOptions } from './architecture';
import { writeHead } from './head';

/** What differs between the decoders that share this forward pass. */
export interface DecoderStyle {
  readonly pairing: RotaryPairing;
  readonly norm: Norm['kind'];
  /** down(SiLU(gate) * up), or down(GELU(up)). */
  readonly feedForward: 'gated' | 'gelu';
  /** Whether each head of q and k is normed, before it is rotated. */
  readonly headNorms: boolean;
}

/** What most decoders are like. */
export const gatedDecoder: DecoderStyle = {
  pairing: 'halves',
  norm: 'rms',
  feedForward: 'gated',
  headNorms: false,
};

/**
 * The forward pass of a pre-norm decoder with grouped-query attention, written into `network`. In shapes, `qkv` is
 * (headCount + 2 keyValueHeadCount) headDimension.
 */
export function writeDecoder(
  network: Network,
  weights: Weights,
  configuration: TransformerConfiguration,
  options: ArchitectureOptions,
  style: DecoderStyle,
): void {
  const { layerCount, hiddenSize, feedForwardSize, headCount, keyValueHeadCount, headDimension } =
    configuration;
  const { vocabularySize, normEpsilon, multipliers } = configuration;
  const queryWidth = headCount * headDimension;
  const keyWidth = keyValueHeadCount * headDimension;
  const cacheShape = [1, keyValueHeadCount, 'capacity', headDimension];

  const ids = network.input('input_ids', dataType.int64, [1, 'seq']);
  const lengths = {
    lastPosition: network.input('seqlens_k', dataType.int32, [1]), // total - 1
    totalLength: network.input('total_len', dataType.int32, []),
  };
  const rotary = {
    ...rotaryTables(network, weights, configuration, options.rotaryFactors),
    pairing: style.pairing,
  };

  const embeddingTable = weights.matrix(['token_embd.weight'], [vocabularySize], hiddenSize);
  const embedded = network.embedding(ids, embeddingTable); // [1, seq, hidden]
  let residual = network.scale('embedding.scaled', embedded, multipliers?.embedding);
  let normed = network.norm('blk.0.attn_norm', residual, normOf('blk.0.attn_norm'));

  for (let layer = 0; layer < layerCount; layer++) {
    const block = `blk.${layer}`;
    const attended = network.attention(
      `${block}.attn`,
      queriesKeysValues(block, normed),
      cacheOf(layer),
      lengths,
      rotary,
      configuration,
    );
    const mixed = branch(`${block}.attn_output`, attended, queryWidth); // [1, seq, hidden]
    const ffnNorm = `${block}.ffn_norm`;
    const attentionSum = network.addAndNorm(ffnNorm, residual, mixed, normOf(ffnNorm));

    const activated = activation(block, attentionSum.normed); // [1, seq, feedForward]
    const down = branch(`${block}.ffn_down`, activated, feedForwardSize); // [1, seq, hidden]
    const next = layer + 1 < layerCount ? `blk.${layer + 1}.attn_norm` : 'output_norm';
    ({ sum: residual, normed } = network.addAndNorm(next, attentionSum.sum, down, normOf(next)));
  }

  writeHead(
    network,
    // Scaled before the head: that is a few thousand values, and the logits are many more.
    network.scale('output_norm.scaled', normed, multipliers?.logits),
    weights.has('output.weight')
      ? weights.matrix(['output.weight'], [vocabularySize], hiddenSize)
      : embeddingTable, // Tied: the embedding's bytes serve twice.
    options,
  );

  /** What goes back into the residual: a matrix, scaled. */
  function branch(name: string, x: Value, columnCount: number): Value {
    const projected = linear(name, x, hiddenSize, columnCount);
    return network.scale(`${name}.scaled`, projected, multipliers?.residual);
  }

  function activation(block: string, x: Value): Value {
    const widen = (part: string) => linear(`${block}.${part}`, x, feedForwardSize, hiddenSize);
    return style.feedForward === 'gelu'
      ? network.gelu(`${block}.ffn_act`, widen('ffn_up'))
      : network.siluGate(`${block}.ffn_act`, widen('ffn_gate'), widen('ffn_up'));
  }

  /** Packed [1, seq, qkv], or apart where q and k are normed: [1, seq, heads * headDimension] each. */
  function queriesKeysValues(block: string, x: Value): readonly [Value] | readonly [Value, Value, Value] {
    const packed = network.linear(`${block}.attn_qkv`, x, ...qkvWeights(block));
    if (!style.headNorms) {
      return [packed];
    }
    const parts = network.split(`${block}.attn_qkv`, packed, [queryWidth, keyWidth, keyWidth]);
    const [query = '', key = '', value = ''] = parts;
    const normed = (name: string, heads: Value) =>
      network.headNorm(name, heads, weights.vector([`${name}.weight`], [headDimension]), normEpsilon);
    return [normed(`${block}.attn_q_norm`, query), normed(`${block}.attn_k_norm`, key), value];
  }

  function linear(name: string, x: Value, rowCount: number, columnCount: number): Value {
    return network.linearByChannel(
      name,
      x,
      weights.matrix([`${name}.weight`], [rowCount], columnCount),
      biasOf(name, rowCount),
    );
  }

  function biasOf(name: string, length: number) {
    return weights.has(`${name}.bias`) ? weights.vector([`${name}.bias`], [length]) : undefined;
  }

  function normOf(name: string): Norm {
    const weight = weights.vector([`${name}.weight`], [hiddenSize]);
    return style.norm === 'rms'
      ? { kind: 'rms', weight, epsilon: normEpsilon }
      : {
          kind: 'layer',
          weight,
          bias: weights.vector([`${name}.bias`], [hiddenSize]),
          epsilon: normEpsilon,
        };
  }

  /** q, k and v below each other: one multiplication, and the form that attention takes. */
  function qkvWeights(block: string) {
    const names = ['q', 'k', 'v'].map((part) => `${block}.attn_${part}`);
    const rowCounts = [queryWidth, keyWidth, keyWidth];
    const matrix = weights.matrix(
      names.map((name) => `${name}.weight`),
      rowCounts,
      hiddenSize,
    );
    const biasNames = names.map((name) => `${name}.bias`);
    const bias = biasNames.some(weights.has) ? weights.vector(biasNames, rowCounts) : undefined;
    return [matrix, bias] as const;
  }

  function cacheOf(layer: number) {
    const cache = {
      pastKey: network.input(`past.${layer}.k`, network.activationType, cacheShape),
      pastValue: network.input(`past.${layer}.v`, network.activationType, cacheShape),
      presentKey: `present.${layer}.k`,
      presentValue: `present.${layer}.v`,
    };
    network.output(cache.presentKey, network.activationType, cacheShape);
    network.output(cache.presentValue, network.activationType, cacheShape);
    return cache;
  }
}
