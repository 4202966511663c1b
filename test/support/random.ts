import { createRandom } from '../../src/base/random';

/** Values of mean 0 and the given standard deviation, roughly normal (the sum of four uniform ones). */
export function randomValues(random: () => number, count: number, deviation: number): Float32Array {
  return Float32Array.from({ length: count }, () => {
    return (random() + random() + random() + random() - 2) * Math.sqrt(3) * deviation;
  });
}

/** Ids of tokens that every tiny model has, the same for the same seed. */
export function randomIds(seed: number, count: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => Math.floor(random() * 300));
}
