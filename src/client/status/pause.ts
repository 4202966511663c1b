import type { Memento } from 'vscode';

export interface PauseListener {
  /** Suggestions are paused, or no longer. */
  changed(): void;
  /** Still paused; the reason reads differently. */
  reworded(): void;
}

/**
 * Whether suggestions are paused, and why. A pause everywhere is kept in the memory that all windows have in common, and
 * lasts until its time is over or some window resumes; that of a language lasts as long as the window: what is meant to
 * last longer is a setting. Times are those of the system's clock, the only one that windows share.
 */
export class Pause {
  private readonly languages = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private toldReason: string | undefined;

  /** `nameOf`: a language's name for the reader. */
  constructor(
    private readonly memory: Memento,
    private readonly listener: PauseListener,
    private readonly nameOf: (languageId: string) => string,
  ) {
    this.toldReason = this.reason();
    this.wait();
  }

  get pausedLanguages(): readonly string[] {
    return [...this.languages];
  }

  /** Pauses everywhere; `Infinity`: until resumed. */
  async pauseEverywhere(durationMs: number): Promise<void> {
    const nowMs = Date.now();
    const untilMs = Number.isFinite(durationMs) ? nowMs + durationMs : null;
    const stored = this.memory.update(PAUSE_KEY, { fromMs: nowMs, untilMs } satisfies StoredPause);
    this.look();
    await stored;
  }

  pauseLanguage(languageId: string): void {
    this.languages.add(languageId);
    this.listener.changed();
  }

  /** Ends the pause everywhere, in all windows, and those of languages in this one. */
  async resume(): Promise<void> {
    this.languages.clear();
    const stored = this.memory.update(PAUSE_KEY, undefined);
    this.toldReason = undefined;
    this.wait();
    this.listener.changed();
    await stored;
  }

  /** Why nothing is suggested in a language (undefined: of no document), or undefined when nothing is paused. */
  reason(languageId?: string): string | undefined {
    const remainingMs = this.remainingMs();
    if (remainingMs > 0) {
      const minutes = Math.ceil(remainingMs / MINUTE_MS);
      return Number.isFinite(minutes) ? `paused for ${minutes} more min` : 'paused until resumed';
    }
    return languageId !== undefined && this.languages.has(languageId)
      ? `paused for ${this.nameOf(languageId)}`
      : undefined;
  }

  /** Tells the listener what is not so any more, as another window may have paused or resumed. */
  look(): void {
    const { toldReason } = this;
    const reason = this.reason();
    this.toldReason = reason;
    this.wait();
    if ((reason === undefined) !== (toldReason === undefined)) {
      this.listener.changed();
    } else if (reason !== toldReason) {
      this.listener.reworded();
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  /** Looks again when the next minute of a pause is over. */
  private wait(): void {
    clearTimeout(this.timer);
    const remainingMs = this.remainingMs();
    if (remainingMs > 0 && Number.isFinite(remainingMs)) {
      this.timer = setTimeout(() => this.look(), remainingMs % MINUTE_MS || MINUTE_MS);
    }
  }

  /** Of a pause everywhere; 0 when there is none. A clock that was set back to before it began ends it. */
  private remainingMs(): number {
    const nowMs = Date.now();
    const stored = this.memory.get<StoredPause>(PAUSE_KEY);
    if (stored === undefined || nowMs < stored.fromMs) {
      return 0;
    }
    return stored.untilMs === null ? Infinity : Math.max(0, stored.untilMs - nowMs);
  }
}

interface StoredPause {
  readonly fromMs: number;
  /** Null: until resumed. */
  readonly untilMs: number | null;
}

const PAUSE_KEY = 'sotto.pausedEverywhere';
const MINUTE_MS = 60_000;
