import type { TransformerConfiguration } from '../../configuration';
import type { Network } from '../network';
import type { Weights } from '../weightsPlan';

/** Writes a model's forward pass into the network, from `input_ids` to `logits`. */
export type Architecture = (
  network: Network,
  weights: Weights,
  configuration: TransformerConfiguration,
  /** What each RoPE frequency is divided by, where the file says so (Llama 3.1 and later): [headDimension / 2]. */
  rotaryFactors: Float32Array | undefined,
) => void;
