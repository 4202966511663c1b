/** Calls with fewer tokens are dominated by fixed costs and say little about speed. */
const MIN_OBSERVED_TOKENS = 32;
/** Weight of the newest call: a machine's speed changes with its load and heat within seconds. */
const NEWEST_WEIGHT = 0.4;
/** Before anything was read: the default model on two cores without 512-bit vectors. */
const ASSUMED_MS_PER_TOKEN = 8;

/** Learns how long this machine takes to read a prompt. */
export class PrefillSpeed {
  private msPerToken: number | undefined;

  observe(tokenCount: number, durationMs: number): void {
    if (tokenCount < MIN_OBSERVED_TOKENS) {
      return;
    }
    const newest = durationMs / tokenCount;
    this.msPerToken =
      this.msPerToken === undefined ? newest : this.msPerToken * (1 - NEWEST_WEIGHT) + newest * NEWEST_WEIGHT;
  }

  /** `tokenCount` tokens were not yet read when the call was aborted after `durationMs`: it is no faster than that. */
  observeAborted(tokenCount: number, durationMs: number): void {
    if (durationMs > tokenCount * (this.msPerToken ?? ASSUMED_MS_PER_TOKEN)) {
      this.observe(tokenCount, durationMs);
    }
  }

  /** Milliseconds that reading `tokenCount` tokens will take; 0 while nothing is known. */
  estimateMs(tokenCount: number): number {
    return (this.msPerToken ?? 0) * tokenCount;
  }

  /** How many tokens are read in `durationMs`; a cautious guess while nothing is known. */
  tokensWithin(durationMs: number): number {
    return Math.floor(durationMs / (this.msPerToken ?? ASSUMED_MS_PER_TOKEN));
  }
}
