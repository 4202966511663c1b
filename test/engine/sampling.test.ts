import { expect, test } from 'vitest';
import { createSampler } from '../../src/engine/sampling';

const logits = Float32Array.from([0, 1, 2, 3, -Infinity]);

function draw(count: number, options: Parameters<typeof createSampler>[0]): number[] {
  const sample = createSampler(options);
  return Array.from({ length: count }, () => sample(logits));
}

test('the same seed draws the same tokens, another seed others', () => {
  const options = { temperature: 1, topP: 1, seed: 7 };
  expect(draw(50, options)).toEqual(draw(50, options));
  expect(draw(50, options)).not.toEqual(draw(50, { ...options, seed: 8 }));
});

test('draws follow the softmax of the logits', () => {
  const counts = [0, 0, 0, 0, 0];
  draw(20_000, { temperature: 1, topP: 1, seed: 1 }).forEach((id) => (counts[id] = (counts[id] ?? 0) + 1));
  const weights = [...logits].map(Math.exp);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  counts.forEach((count, id) => expect(count / 20_000).toBeCloseTo((weights[id] ?? 0) / total, 1));
  expect(counts[4]).toBe(0);
});

test('a small nucleus or a low temperature is greedy', () => {
  expect(new Set(draw(100, { temperature: 1, topP: 0.1, seed: 3 }))).toEqual(new Set([3]));
  expect(new Set(draw(100, { temperature: 0.01, topP: 1, seed: 3 }))).toEqual(new Set([3]));
});

test('the nucleus keeps the token that crosses the bound and drops the rest', () => {
  // Probabilities 0.64, 0.24, 0.09, 0.03: 0.7 needs the first two.
  expect(new Set(draw(500, { temperature: 1, topP: 0.7, seed: 5 }))).toEqual(new Set([2, 3]));
});
