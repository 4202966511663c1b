const WINDOW_MS = 10 * 60_000;
const MAX_CRASH_COUNT = 8;
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30_000;

/** Decides what follows a crash of the server: a longer wait after each one nearby, and an end to it. */
export class RestartPolicy {
  private crashTimesMs: number[] = [];

  /** How long to wait before the next start, or `give-up` after too many crashes within ten minutes. */
  afterCrash(nowMs: number): number | 'give-up' {
    this.crashTimesMs = [...this.crashTimesMs.filter((timeMs) => nowMs - timeMs < WINDOW_MS), nowMs];
    const count = this.crashTimesMs.length;
    return count > MAX_CRASH_COUNT ? 'give-up' : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (count - 1));
  }

  /** The user asked for a restart: earlier crashes no longer count. */
  reset(): void {
    this.crashTimesMs = [];
  }
}
