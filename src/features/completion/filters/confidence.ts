import type { DraftToken } from '../decode/draft';

/** Log-probabilities, natural logarithm, below which a suggestion is not shown unasked. */
export interface ConfidenceThresholds {
  /** Of all tokens on average. */
  readonly mean: number;
  /** Of the least likely token. */
  readonly minimum: number;
}

export const defaultConfidence: ConfidenceThresholds = { mean: -1, minimum: -5 };

export interface Confidence {
  readonly mean: number;
  readonly minimum: number;
}

/** How sure the model was of its tokens; certain for a text without any. */
export function confidenceOf(tokens: readonly DraftToken[]): Confidence {
  if (tokens.length === 0) {
    return { mean: 0, minimum: 0 };
  }
  const values = tokens.map((token) => token.logProbability);
  const sum = values.reduce((total, value) => total + value, 0);
  return { mean: sum / values.length, minimum: Math.min(...values) };
}

export function isConfident(confidence: Confidence, thresholds: ConfidenceThresholds): boolean {
  return confidence.mean >= thresholds.mean && confidence.minimum >= thresholds.minimum;
}
