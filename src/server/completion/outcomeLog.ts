import type { CompletionOutcome } from '../../features/completion/types';

const CAPACITY = 200;

/** What became of one request. Never holds document text. */
export interface OutcomeEntry {
  readonly time: Date;
  /** File name and one-based place, as a reader would write it: `app.ts:12:8`. */
  readonly place: string;
  readonly languageId: string;
  readonly trigger: 'automatic' | 'manual';
  /** Waited for a pause in typing before the engine was asked. */
  readonly waitedMs: number;
  readonly outcome: CompletionOutcome;
  /** What else was found; undefined when nobody asked for that. */
  readonly otherCount?: number;
}

/** The last outcomes, newest first when read. */
export class OutcomeLog {
  private readonly entries: OutcomeEntry[] = [];

  add(entry: OutcomeEntry): void {
    this.entries.push(entry);
    if (this.entries.length > CAPACITY) {
      this.entries.shift();
    }
  }

  newestFirst(): readonly OutcomeEntry[] {
    return this.entries.toReversed();
  }
}

/** One line for the log and the page: what, why, where, and where the time went. */
export function formatOutcome(entry: OutcomeEntry): string {
  const { place, languageId, trigger, waitedMs, outcome, otherCount } = entry;
  const [verdict, reason] =
    outcome.kind === 'suggestion'
      ? (['shown', outcome.source] as const)
      : (['none ', outcome.reason] as const);
  const detail =
    outcome.kind === 'suggestion'
      ? `likely by ${Math.round(100 * Math.exp(outcome.confidence))} %${otherCount === undefined ? '' : `, ${otherCount} more`}`
      : `"${outcome.detail}"`;
  const { totalMs, engine } = outcome.timings;
  const times = [
    `total ${milliseconds(totalMs)}`,
    ...(waitedMs > 0 ? [`waited ${milliseconds(waitedMs)}`] : []),
    ...(engine === undefined
      ? []
      : [
          `prefill ${engine.prefilledTokenCount} tokens ${milliseconds(engine.prefillMs)} (${engine.reusedTokenCount} reused)`,
          `decode ${engine.decodedTokenCount} tokens ${milliseconds(engine.decodeMs)}`,
        ]),
  ];
  return `${verdict} ${reason.padEnd(17)} ${place} (${languageId}, ${trigger})  ${times.join(', ')}  ${detail}`;
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}
