/**
 * Whether suggestions are paused in this window, and why. Lasts until it is resumed or the window closes: what is
 * meant to last longer is a setting. Times are those of `performance.now()`, which no change of the clock moves.
 */
export class Pause {
  private everywhereUntilMs: number | undefined;
  private readonly languages = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  /** `nameOf`: a language's name for the reader. */
  constructor(
    private readonly onChange: () => void,
    private readonly nameOf: (languageId: string) => string,
  ) {}

  get pausedLanguages(): readonly string[] {
    return [...this.languages];
  }

  /** Pauses everywhere; `Infinity`: until resumed. */
  pauseEverywhere(durationMs: number, nowMs: number): void {
    clearTimeout(this.timer);
    this.everywhereUntilMs = nowMs + durationMs;
    if (Number.isFinite(durationMs)) {
      this.timer = setTimeout(() => this.resumeEverywhere(), durationMs);
    }
    this.onChange();
  }

  pauseLanguage(languageId: string): void {
    this.languages.add(languageId);
    this.onChange();
  }

  resume(): void {
    this.languages.clear();
    this.resumeEverywhere();
  }

  /** Why nothing is suggested in a language (undefined: of no document) now, or undefined when nothing is paused. */
  reason(languageId: string | undefined, nowMs: number): string | undefined {
    if (this.everywhereUntilMs !== undefined && nowMs < this.everywhereUntilMs) {
      const minutes = Math.ceil((this.everywhereUntilMs - nowMs) / 60_000);
      return Number.isFinite(minutes) ? `paused for ${minutes} more min` : 'paused until resumed';
    }
    return languageId !== undefined && this.languages.has(languageId)
      ? `paused for ${this.nameOf(languageId)}`
      : undefined;
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  /** Languages that are paused stay so. */
  private resumeEverywhere(): void {
    clearTimeout(this.timer);
    this.everywhereUntilMs = undefined;
    this.onChange();
  }
}
