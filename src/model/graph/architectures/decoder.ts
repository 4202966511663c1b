import type { TransformerConfiguration } from '../../configuration';
import { dataType } from '../onnxModel';
import type { Network, RotaryPairing } from '../network';
import { rotaryTables } from '../rotaryTables';
import { rowsOf, type BlockMatrix, type Weights } from '../weightsPlan';
import type { ArchitectureOptions } from './architecture';

/** What differs between the decoders that share this forward pass. */
export interface DecoderStyle {
  readonly pairing: RotaryPairing;
}

/**
 * The forward pass of a pre-norm decoder with grouped-query attention and a gated feed-forward layer, written
 * into `network`. In shapes, `qkv` is (headCount + 2 keyValueHeadCount) headDimension.
 */
export function writeDecoder(
  network: Network,
  weights: Weights,
  configuration: TransformerConfiguration,
  { headParts, rotaryFactors }: ArchitectureOptions,
  style: DecoderStyle,
): void {
  const { layerCount, hiddenSize, feedForwardSize, headCount, keyValueHeadCount, headDimension } =
    configuration;
  const { vocabularySize, rmsNormEpsilon } = configuration;
  const queryWidth = headCount * headDimension;
  const keyWidth = keyValueHeadCount * headDimension;
  const cacheShape = [1, keyValueHeadCount, 'capacity', headDimension];

  const ids = network.input('input_ids', dataType.int64, [1, 'seq']);
  const lengths = {
    lastPosition: network.input('seqlens_k', dataType.int32, [1]), // total - 1
    totalLength: network.input('total_len', dataType.int32, []),
  };
  const logitsFrom = network.input('logits_from', dataType.int64, [1]);
  const rotary = { ...rotaryTables(network, weights, configuration, rotaryFactors), pairing: style.pairing };

  const embeddingTable = weights.matrix(['token_embd.weight'], [vocabularySize], hiddenSize);
  let residual = network.embedding(ids, embeddingTable); // [1, seq, hidden]
  let normed = network.rmsNorm('blk.0.attn_norm', residual, normOf('blk.0.attn_norm.weight'), rmsNormEpsilon);

  for (let layer = 0; layer < layerCount; layer++) {
    const block = `blk.${layer}`;
    const qkv = network.linear(`${block}.attn_qkv`, normed, ...qkvWeights(block)); // [1, seq, qkv]
    const attended = network.attention(`${block}.attn`, qkv, cacheOf(layer), lengths, rotary, configuration);
    const mixed = linear(`${block}.attn_output`, attended, hiddenSize, queryWidth); // [1, seq, hidden]
    const attentionSum = network.addAndNorm(
      `${block}.ffn_norm`,
      residual,
      mixed,
      normOf(`${block}.ffn_norm.weight`),
      rmsNormEpsilon,
    );

    const gate = linear(`${block}.ffn_gate`, attentionSum.normed, feedForwardSize, hiddenSize);
    const up = linear(`${block}.ffn_up`, attentionSum.normed, feedForwardSize, hiddenSize);
    const gated = network.siluGate(`${block}.ffn_act`, gate, up); // [1, seq, feedForward]
    const down = linear(`${block}.ffn_down`, gated, hiddenSize, feedForwardSize); // [1, seq, hidden]
    const next = layer + 1 < layerCount ? `blk.${layer + 1}.attn_norm` : 'output_norm';
    ({ sum: residual, normed } = network.addAndNorm(
      next,
      attentionSum.sum,
      down,
      normOf(`${next}.weight`),
      rmsNormEpsilon,
    ));
  }

  writeHead(
    normed,
    weights.has('output.weight')
      ? weights.matrix(['output.weight'], [vocabularySize], hiddenSize)
      : embeddingTable, // Tied: the embedding's bytes serve twice.
  );

  /** The head is a fifth of all weights: only the wanted positions go through it, and for rare tokens often none. */
  function writeHead(hidden: string, head: BlockMatrix): void {
    const common = network.positionsFrom('wanted', hidden, logitsFrom); // [1, wanted, hidden]
    const rare = headParts.some(({ isRare }) => isRare)
      ? network.positionsFrom('wanted_rare', hidden, network.input('rare_from', dataType.int64, [1]))
      : common; // [1, wanted or 0, hidden]
    for (const [index, { firstId, idCount, isRare }] of headParts.entries()) {
      const rows = rowsOf(head, firstId, idCount);
      const logits = network.linear(`logits.${index}`, isRare ? rare : common, rows); // [1, wanted, ids]
      network.output(logits, dataType.float32, [1, isRare ? 'wanted_rare' : 'wanted', idCount]);
      // Of no rows ONNX Runtime 1.30 cannot find the largest: what is said of rare tokens is found outside.
      if (!isRare) {
        network.output(network.logSumExp(`log_sum_exp.${index}`, logits), dataType.float32, [1, 'wanted', 1]);
        network.output(network.argMax(`arg_max.${index}`, logits), dataType.int64, [1, 'wanted']);
      }
    }
  }

  function linear(name: string, x: string, rowCount: number, columnCount: number): string {
    return network.linear(
      name,
      x,
      weights.matrix([`${name}.weight`], [rowCount], columnCount),
      biasOf(name, rowCount),
    );
  }

  function biasOf(name: string, length: number) {
    return weights.has(`${name}.bias`) ? weights.vector([`${name}.bias`], [length]) : undefined;
  }

  function normOf(name: string) {
    return weights.vector([name], [hiddenSize]);
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
      pastKey: network.input(`past.${layer}.k`, dataType.float32, cacheShape),
      pastValue: network.input(`past.${layer}.v`, dataType.float32, cacheShape),
      presentKey: `present.${layer}.k`,
      presentValue: `present.${layer}.v`,
    };
    network.output(cache.presentKey, dataType.float32, cacheShape);
    network.output(cache.presentValue, dataType.float32, cacheShape);
    return cache;
  }
}
