import type { NoSuggestionReason } from '../../features/completion/types';
import type { ModelState } from '../../shared/modelState';
import { formatOutcome, type OutcomeEntry } from './outcomeLog';

/**
 * The page that answers "why no suggestion?": the model's state, the last outcomes, newest first, and what each
 * reason on the page means. Plain text in the language `sotto-outcomes`, whose grammar is in syntaxes/.
 */
export function renderOutcomesPage(state: ModelState, entries: readonly OutcomeEntry[]): string {
  const reasons = new Set(
    entries.flatMap(({ outcome }) => (outcome.kind === 'none' ? [outcome.reason] : [])),
  );
  return [
    '# Why no suggestion?',
    '',
    `model: ${describeModel(state)}`,
    `requests: ${entries.length}, shown: ${entries.filter(({ outcome }) => outcome.kind === 'suggestion').length}`,
    '',
    '## Last requests, newest first',
    '',
    ...(entries.length === 0
      ? ['Nothing was asked yet: type in a file of a language that is on.']
      : entries.map((entry) => `${clockTime(entry.time)}  ${formatOutcome(entry)}`)),
    '',
    ...(reasons.size === 0
      ? []
      : [
          '## What the reasons mean',
          '',
          ...[...reasons].map((reason) => `${reason}: ${meanings[reason]}`),
          '',
        ]),
    'This page stays in the editor: nothing of it is sent anywhere, and it holds no text of your files.',
    '',
  ].join('\n');
}

function describeModel(state: ModelState): string {
  switch (state.kind) {
    case 'absent':
      return `${state.model} is not on this machine; "Sotto: Get the Model" downloads it`;
    case 'downloading':
      return `${state.model} is being downloaded`;
    case 'preparing':
      return `${state.model} is being prepared for this machine`;
    case 'loading':
      return `${state.model} is being loaded`;
    case 'ready':
      return `${state.model} is ready on ${state.device}${state.limitation === null ? '' : `. ${state.limitation}`}`;
    case 'unloaded':
      return `${state.model} is on disk and loads when it is needed`;
    case 'failed':
      return `${state.model} failed: ${state.reason} ${state.advice}`;
  }
}

function clockTime(time: Date): string {
  return time.toTimeString().slice(0, 8);
}

const meanings: Readonly<Record<NoSuggestionReason, string>> = {
  cancelled: 'you typed on before the suggestion was there, and a newer request took over.',
  deadline:
    'the suggestion took too long; a longer prompt or a slow machine does this (sotto.completion.deadlineMs).',
  'no-model': 'the model is not in memory (yet); the line "model" above says why.',
  'model-cannot-complete':
    'the model was not trained to fill in the middle of code; explanations and comments still work (sotto.model).',
  paused: 'suggestions are paused, or only given when asked for; the menu of the status item resumes them.',
  'language-off': 'the language is switched off in sotto.languages.',
  'excluded-file': 'the file is one of those that sotto.excludedFiles names.',
  'document-too-large': 'the file is too large to be read at every keystroke.',
  'inside-word': 'the cursor stands in the middle of a word.',
  'text-after-cursor': 'code stands right of the cursor that a suggestion would have to go into.',
  'in-comment': 'the cursor stands in a comment (sotto.completion.inComments).',
  'in-string': 'the cursor stands in a string (sotto.completion.inStrings).',
  selection: 'text is selected, or there are several cursors.',
  'disagrees-with-suggest-widget': 'the item chosen in the list of suggestions begins differently.',
  'below-confidence': 'the model was too unsure for its suggestion to be worth your time.',
  empty: 'the model had nothing to add here.',
  'repeats-context': 'the suggestion only repeated lines that are already there.',
  'recently-rejected': 'you dismissed the same suggestion a moment ago.',
  failed: 'something went wrong; "Sotto: Show Log" has the details.',
};
