import type { CompletionOutcome, CompletionRequest, NoSuggestionReason } from '../types';

/** An outcome with where and when it happened; no document text. */
export interface LoggedOutcome {
  readonly timeMs: number;
  readonly fileName: string;
  readonly languageId: string;
  readonly trigger: CompletionRequest['trigger'];
  readonly outcome: CompletionOutcome;
}

const CAPACITY = 200;

/** The last outcomes, oldest first. */
export class OutcomeLog {
  private readonly ring: LoggedOutcome[] = [];

  add(entry: LoggedOutcome): void {
    this.ring.push(entry);
    if (this.ring.length > CAPACITY) {
      this.ring.shift();
    }
  }

  entries(): readonly LoggedOutcome[] {
    return [...this.ring];
  }
}

/** The page behind "why no suggestion?", as markdown: the last outcome in words, then counts, then the list. */
export function renderOutcomePage(entries: readonly LoggedOutcome[]): string {
  const last = entries.at(-1);
  if (last === undefined) {
    return '# Why no suggestion?\n\nNo suggestion has been asked for yet.\n';
  }
  return [
    '# Why no suggestion?',
    '',
    describe(last),
    '',
    '## How requests ended',
    '',
    '| Outcome | Requests |',
    '| --- | ---: |',
    ...countByOutcome(entries).map(([name, count]) => `| ${name} | ${count} |`),
    '',
    `## The last ${entries.length}, newest first`,
    '',
    '| Time | File | Trigger | Outcome | Detail | Total | Prompt | Decoding |',
    '| --- | --- | --- | --- | --- | ---: | --- | --- |',
    ...[...entries].reverse().map(renderRow),
    '',
  ].join('\n');
}

function describe({ outcome, fileName }: LoggedOutcome): string {
  if (outcome.kind === 'suggestion') {
    return `The last request, in ${fileName}, was answered from the ${sourceNames[outcome.source]}.`;
  }
  return `The last request, in ${fileName}, ended without a suggestion: **${reasonTexts[outcome.reason]}** (${outcome.detail}).`;
}

function countByOutcome(entries: readonly LoggedOutcome[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { outcome } of entries) {
    const name = nameOf(outcome);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((left, right) => right[1] - left[1]);
}

function renderRow({ timeMs, fileName, trigger, outcome }: LoggedOutcome): string {
  const { totalMs, engine } = outcome.timings;
  const prompt = engine
    ? `${engine.prefilledTokenCount} new, ${engine.reusedTokenCount} kept, ${engine.prefillMs.toFixed(0)} ms`
    : '';
  const decoding = engine ? `${engine.decodedTokenCount} tokens, ${engine.decodeMs.toFixed(0)} ms` : '';
  const detail =
    outcome.kind === 'none' ? outcome.detail : `mean log-probability ${outcome.confidence.toFixed(2)}`;
  const time = new Date(timeMs).toISOString().slice(11, 23);
  const cells = [
    time,
    fileName,
    trigger,
    nameOf(outcome),
    detail,
    `${totalMs.toFixed(0)} ms`,
    prompt,
    decoding,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function nameOf(outcome: CompletionOutcome): string {
  return outcome.kind === 'suggestion'
    ? `suggestion (${sourceNames[outcome.source]})`
    : reasonTexts[outcome.reason];
}

const sourceNames = {
  model: 'model',
  cache: 'cache',
  'typed-through': 'rest of an earlier suggestion',
} as const;

const reasonTexts: Readonly<Record<NoSuggestionReason, string>> = {
  cancelled: 'cancelled by newer typing',
  deadline: 'not ready in time',
  'no-model': 'no model is ready',
  paused: 'suggestions are paused',
  'language-off': 'suggestions are off for this language',
  'excluded-file': 'the file is excluded',
  'document-too-large': 'the file cannot be worked on',
  'inside-word': 'inside a word',
  'text-after-cursor': 'text right of the cursor',
  'in-comment': 'in a comment',
  'in-string': 'in a string',
  selection: 'text is selected',
  'disagrees-with-suggest-widget': 'disagrees with the suggest widget',
  'below-confidence': 'the model was not sure enough',
  empty: 'nothing to add',
  'repeats-context': 'it would repeat what is there',
  'recently-rejected': 'dismissed here before',
  failed: 'an error',
};
