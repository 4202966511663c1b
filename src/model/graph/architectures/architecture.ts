import type { TransformerConfiguration } from '../../configuration';
import type { HeadPart } from '../../headParts';
import type { Network } from '../network';
import type { Weights } from '../weightsPlan';

export interface ArchitectureOptions {
  readonly headParts: readonly HeadPart[];
  /** What each RoPE frequency is divided by, where the file says so (Llama 3.1 and later): [headDimension / 2]. */
  readonly rotaryFactors?: Float32Array;
}

/** Writes a model's forward pass into the network, from `input_ids` to the logits. */
export type Architecture = (
  network: Network,
  weights: Weights,
  configuration: TransformerConfiguration,
  options: ArchitectureOptions,
) => void;
