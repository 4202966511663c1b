/** A seeded generator of numbers in [0, 1): mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values of mean 0 and the given standard deviation, roughly normal (the sum of four uniform ones). */
export function randomValues(random: () => number, count: number, deviation: number): Float32Array {
  return Float32Array.from({ length: count }, () => {
    return (random() + random() + random() + random() - 2) * Math.sqrt(3) * deviation;
  });
}
