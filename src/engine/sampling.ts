import { createRandom } from '../base/random';
import type { SamplingOptions } from './engine';

/** Chooses a token id from logits [vocabulary]. */
export type Sampler = (logits: Float32Array) => number;

/**
 * A seeded sampler: softmax with temperature, restricted to the smallest set of most likely tokens whose
 * probabilities sum to `topP` (nucleus sampling, arXiv 1904.09751). The same seed gives the same choices.
 */
export function createSampler({ temperature, topP, seed }: SamplingOptions): Sampler {
  const random = createRandom(seed);
  return (logits) => {
    const candidates = likelyTokens(logits, temperature);
    const total = candidates.reduce((sum, candidate) => sum + candidate.weight, 0);
    let nucleusWeight = 0;
    const nucleus = candidates.filter((candidate) => {
      const inside = nucleusWeight < topP * total;
      nucleusWeight += inside ? candidate.weight : 0;
      return inside;
    });
    let remaining = random() * nucleusWeight;
    const chosen = nucleus.find((candidate) => (remaining -= candidate.weight) < 0) ?? nucleus[0];
    if (chosen === undefined) {
      throw new Error('no token has a finite logit');
    }
    return chosen.id;
  };
}

interface Candidate {
  readonly id: number;
  readonly weight: number;
}

/** Tokens within e^-20 of the most likely one, most likely first: the rest has no measurable weight. */
function likelyTokens(logits: Float32Array, temperature: number): Candidate[] {
  const smallestExponent = -20;
  let highest = -Infinity;
  for (const logit of logits) {
    highest = Math.max(highest, logit);
  }
  const candidates: Candidate[] = [];
  logits.forEach((logit, id) => {
    const exponent = (logit - highest) / temperature;
    if (exponent > smallestExponent) {
      candidates.push({ id, weight: Math.exp(exponent) });
    }
  });
  return candidates.sort((a, b) => b.weight - a.weight);
}
