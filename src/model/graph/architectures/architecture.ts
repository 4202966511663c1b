import type { TransformerConfiguration } from '../../configuration';
import type { HeadPart } from '../../headParts';
import type { Network } from '../network';
import type { Weights } from '../weightsPlan';

export interface ArchitectureOptions {
  /** The vocabulary, cut; see `planHeadParts`. */
  readonly headParts: readonly HeadPart[];
  /**
   * Who finds the most likely token and the logits of given ids: the graph, for a device from whose memory the logits
   * should not be copied, or the engine, to which they are at hand on the CPU. Absent: the engine.
   */
  readonly logitsReader?: 'graph' | 'engine';
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
