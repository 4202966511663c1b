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

export interface LikelyToken {
  readonly id: number;
  readonly logit: number;
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
  mostLikely(row: number): LikelyToken;
  /** The most likely token of one row after `likeliest`, which is `mostLikely`'s, among those that the run computed. */
  runnerUp(row: number, likeliest: LikelyToken): LikelyToken;
  /** The logits of a run that wanted all of one row: a view [vocabulary] that the next run overwrites. */
  only(): Float32Array;
}

/** The caller releases the tensors after the run. */
export interface BoundLogits {
  readonly inputs: readonly NativeAddress[];
  /** Of the first `outputNames`; a run does not ask for the others. */
  readonly outputs: readonly NativeAddress[];
}

/** Of the most likely tokens of a row's parts the most likely one. */
export function mostLikelyOf(tokens: readonly LikelyToken[]): LikelyToken {
  return tokens.reduce((best, token) => (token.logit > best.logit ? token : best));
}

/** Of a row, by those of its parts. */
export function logSumExpOf(logSumExps: readonly number[]): number {
  const largest = Math.max(...logSumExps);
  return largest + Math.log(logSumExps.reduce((total, value) => total + Math.exp(value - largest), 0));
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
