import { median } from '../../base/median';

/** Gaps longer than this are pauses for thought, not typing. */
const PAUSE_MS = 1000;
const REMEMBERED_COUNT = 20;
/** Before anything was measured: a practised typist's gap, and a suggestion on a small CPU. */
const ASSUMED_GAP_MS = 200;
const ASSUMED_LATENCY_MS = 300;
/** VS Code itself waits this long after a keystroke before it asks. */
const HOST_DELAY_MS = 50;

/**
 * Decides how long to wait before the engine is asked. When suggestions come faster than the user types, every
 * keystroke may ask at once: the next one aborts what is left within milliseconds. When they do not, work begun
 * between two keystrokes is thrown away, so we wait until the user has paused for longer than their usual gap.
 */
export class TypingRhythm {
  private lastKeystrokeMs: number | undefined;
  private readonly gapsMs: number[] = [];
  private readonly latenciesMs: number[] = [];

  /** A change of any document at `nowMs`, on any clock that only grows. */
  noteKeystroke(nowMs: number): void {
    const gapMs = this.lastKeystrokeMs === undefined ? undefined : nowMs - this.lastKeystrokeMs;
    this.lastKeystrokeMs = nowMs;
    if (gapMs !== undefined && gapMs <= PAUSE_MS) {
      remember(this.gapsMs, gapMs);
    }
  }

  /** How long the engine took for a suggestion that was not cut short. */
  noteLatency(latencyMs: number): void {
    remember(this.latenciesMs, latencyMs);
  }

  /** Whole milliseconds to wait now, 0..maximumMs. */
  delayMs(maximumMs: number): number {
    const gapMs = median(this.gapsMs) ?? ASSUMED_GAP_MS;
    const latencyMs = median(this.latenciesMs) ?? ASSUMED_LATENCY_MS;
    return latencyMs <= gapMs ? 0 : Math.round(Math.min(maximumMs, Math.max(0, 1.5 * gapMs - HOST_DELAY_MS)));
  }
}

function remember(values: number[], value: number): void {
  values.push(value);
  if (values.length > REMEMBERED_COUNT) {
    values.shift();
  }
}
