/** Beyond this, more digits say nothing. */
const MAX_TIMES = 10_000;

/** How much likelier something is, from the natural logarithm of the ratio, in words: as many digits as can be meant. */
export function describeLikelihood(logRatioNats: number): string {
  const times = Number(Math.exp(logRatioNats).toPrecision(2));
  if (times <= 1) {
    return 'no likelier';
  }
  const shown = Math.min(times, MAX_TIMES).toLocaleString('en');
  return `${times < MAX_TIMES ? shown : `over ${shown}`} times as likely`;
}
