import { createRandom } from '../../src/base/random';

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear interpolation between the two nearest ranks; NaN for no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** 95 % Wilson score interval of a proportion. */
export function wilsonInterval(successCount: number, totalCount: number): readonly [number, number] {
  if (totalCount === 0) {
    return [0, 1];
  }
  const z = 1.96;
  const share = successCount / totalCount;
  const scale = 1 + (z * z) / totalCount;
  const centre = share + (z * z) / (2 * totalCount);
  const spread = z * Math.sqrt((share * (1 - share)) / totalCount + (z * z) / (4 * totalCount ** 2));
  // Rounding would put an interval that begins at 0 below it.
  return [Math.max(0, (centre - spread) / scale), (centre + spread) / scale];
}

/** Exact two-sided McNemar test: p of a split this uneven among the pairs where only one of two was right. */
export function mcNemar(onlyFirstCount: number, onlySecondCount: number): number {
  const total = onlyFirstCount + onlySecondCount;
  const smaller = Math.min(onlyFirstCount, onlySecondCount);
  let tail = 0;
  let logBinomial = -total * Math.LN2; // log of C(total, k) / 2^total, from k = 0 on
  for (let k = 0; k <= smaller; k += 1) {
    tail += Math.exp(logBinomial);
    logBinomial += Math.log(total - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** 95 % percentile bootstrap interval of the mean; the same values always give the same interval. */
export function bootstrapInterval(values: readonly number[]): readonly [number, number] {
  const resampleCount = 2_000;
  const random = createRandom(1);
  const means = Array.from({ length: resampleCount }, () =>
    mean(values.map(() => values[Math.floor(random() * values.length)] ?? 0)),
  );
  return [quantile(means, 0.025), quantile(means, 0.975)];
}
