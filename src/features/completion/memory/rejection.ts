import { lineAbove, type Place } from '../place';

/** Dismissed suggestions that are remembered. */
const MAX_REMEMBERED = 100;
/** Copilot's back-off for next edits (userInteractionMonitor), used here for ghost text. */
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 3_000;
const REJECT_FACTOR = 1.5;
const ACCEPT_FACTOR = 0.8;
/** Below this a delay is not felt, so it is dropped. */
const MIN_DELAY_MS = 50;
const FORGET_MS = 10 * 60_000;

interface Rejection {
  /** Of the line at whose end the text was dismissed. */
  readonly linePrefixLength: number;
  readonly atMs: number;
}

/** What the user has dismissed, and how much calmer to be because of it. */
export class RejectionMemory {
  private readonly rejected = new Map<string, Rejection>();
  private delayMs = 0;
  private changedAtMs = 0;

  /** `nowMs`: any clock that only goes forward. */
  constructor(private readonly nowMs: () => number) {}

  reject(place: Place, text: string): void {
    const key = keyOf(place, text);
    this.rejected.delete(key);
    this.rejected.set(key, { linePrefixLength: place.linePrefix.length, atMs: this.nowMs() });
    const oldest = this.rejected.keys().next();
    if (this.rejected.size > MAX_REMEMBERED && oldest.done !== true) {
      this.rejected.delete(oldest.value);
    }
    const delayMs = this.currentDelayMs();
    this.setDelay(delayMs === 0 ? FIRST_DELAY_MS : Math.min(MAX_DELAY_MS, delayMs * REJECT_FACTOR));
  }

  accept(place: Place, text: string): void {
    this.rejected.delete(keyOf(place, text));
    const delayMs = this.currentDelayMs() * ACCEPT_FACTOR;
    this.setDelay(delayMs < MIN_DELAY_MS ? 0 : delayMs);
  }

  /** Whether `text` was dismissed at `place` a moment ago. Who has begun to type it since wants it after all. */
  isRejected(place: Place, text: string): boolean {
    const rejection = this.rejected.get(keyOf(place, text));
    if (rejection === undefined || this.nowMs() - rejection.atMs > FORGET_MS) {
      return false;
    }
    return place.linePrefix.slice(rejection.linePrefixLength).trim() === '';
  }

  /** Extra time to wait before asking unasked. */
  currentDelayMs(): number {
    return this.nowMs() - this.changedAtMs > FORGET_MS ? 0 : this.delayMs;
  }

  private setDelay(delayMs: number): void {
    this.delayMs = delayMs;
    this.changedAtMs = this.nowMs();
  }
}

/**
 * The same for a suggestion and what is left of it after some characters were typed: the line above and the
 * line as it would become. Of a block the first line counts: decoded further or cut earlier, it is still the same.
 */
function keyOf(place: Place, text: string): string {
  const firstLine = /^\s*[^\n]*/.exec(text)?.[0] ?? '';
  return [place.uri, lineAbove(place) ?? '', place.linePrefix + firstLine].join('\0');
}
