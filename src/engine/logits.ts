import type { HeadPart } from '../model/headParts';
import type { NativeAddress, OrtApi } from './ortApi';

/** Logits are wanted for at most this many positions a run: 32 x 151,936 x 4 bytes = 19 MB for the default model. */
export const maxLogitRows = 32;

/** What of a run's logits will be read. Said before the run, so that nothing else has to leave a device. */
export interface WantedLogits {
  /** Of the last positions of a run, 1 to `maxLogitRows`. */
  readonly rowCount: number;
  /** `common` leaves out the rare tokens. */
  readonly vocabulary: 'whole' | 'common';
  /** The tokens whose logits are read besides the most likely one's; absent: none. */
  readonly ids?: 'all' | Iterable<number>;
}

/** What the last run said about the next tokens. The graph computes the vocabulary in parts, and rare tokens on demand. */
export interface Logits {
  /** What the graph takes and gives for them, besides what every graph does. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Tensors for a run, over memory of this object. */
  bind(api: OrtApi, memoryInfo: NativeAddress, wanted: WantedLogits): BoundLogits;
  isRare(id: number): boolean;
  /** The logit of one of the wanted tokens; -Infinity for a rare one that the run left out. */
  at(row: number, id: number): number;
  /** log of the sum of exp(logits) of one row: logit - logSumExp is the token's log-probability. */
  logSumExp(row: number): number;
  /** The most likely token of one row, and its logit; of several equal ones the first. */
  mostLikely(row: number): { readonly id: number; readonly logit: number };
  /**
   * The most likely token of one row but `id`, among those that the run computed; undefined when their logits stayed
   * on a device.
   */
  runnerUp(row: number, id: number): { readonly id: number; readonly logit: number } | undefined;
  /** The logits of a run that wanted all of one row: a view [vocabulary] that the next run overwrites. */
  only(): Float32Array;
}

/** The caller releases the tensors after the run. */
export interface BoundLogits {
  readonly inputs: readonly NativeAddress[];
  /** Of the first `outputNames`; a run does not ask for the others. */
  readonly outputs: readonly NativeAddress[];
}

/** What one part of the vocabulary says in a row. */
export interface PartSummary {
  readonly mostLikely: { readonly id: number; readonly logit: number };
  readonly logSumExp: number;
}

export function mostLikelyOf(parts: readonly PartSummary[]): PartSummary['mostLikely'] {
  return parts.reduce((best, part) => (part.mostLikely.logit > best.mostLikely.logit ? part : best))
    .mostLikely;
}

export function logSumExpOf(parts: readonly PartSummary[]): number {
  const largest = Math.max(...parts.map(({ logSumExp }) => logSumExp));
  return largest + Math.log(parts.reduce((total, { logSumExp }) => total + Math.exp(logSumExp - largest), 0));
}

/** The parts that a run computes. */
export function computedParts<Part extends HeadPart>(
  parts: readonly Part[],
  vocabulary: WantedLogits['vocabulary'],
): readonly Part[] {
  return vocabulary === 'whole' ? parts : parts.filter(({ isRare }) => !isRare);
}

export function holds({ firstId, idCount }: HeadPart, id: number): boolean {
  return id >= firstId && id < firstId + idCount;
}
