import { blockEnd } from './blockEnd';
import type { Draft } from './draft';
import { lastBoundary } from './lineBoundary';
import { endsInRepetition } from './repetition';
import type { Shape } from './shape';
import { isSubstantial } from '../similarity';

/** What to do with a draft as far as it has come. `length` counts the characters that are kept. */
export type StopDecision =
  | { readonly kind: 'continue' }
  | { readonly kind: 'stop'; readonly length: number }
  | { readonly kind: 'discard'; readonly detail: string };

/** A block longer than this is read by nobody before it is accepted (twinny allows 40, Copilot 10). */
const MAX_LINES = 16;
/** Continue's number: the third equal line in a row is a loop. */
const MAX_EQUAL_LINES = 3;

/** Decides after each token, so that nothing is decoded that will not be shown. */
export function decideStop(draft: Draft, shape: Shape): StopDecision {
  if (endsInRepetition(draft.tokens.map((token) => token.id))) {
    return { kind: 'discard', detail: 'the model repeated itself' };
  }
  const end = shape.multiLine ? multiLineEnd(draft.text, shape, false) : lineEnd(draft.text);
  return end === undefined ? { kind: 'continue' } : { kind: 'stop', length: end };
}

/** Why a draft ends where no stop rule ended it: by the model's own end token, by a token limit, or by the clock. */
export type DraftEnd = 'model' | 'limit' | 'deadline';

/** How many characters of a draft that has ended are fit to be shown. */
export function completePart(draft: Draft, shape: Shape, end: DraftEnd): number {
  const { text } = draft;
  if (!shape.multiLine) {
    return lineEnd(text) ?? unfinishedLineEnd(text, end);
  }
  const wholeLines = Math.max(0, text.lastIndexOf('\n'));
  return multiLineEnd(text, shape, end === 'model') ?? (end === 'model' ? text.length : wholeLines);
}

function unfinishedLineEnd(text: string, end: DraftEnd): number {
  switch (end) {
    case 'model':
      return text.length;
    case 'limit':
      return lastBoundary(text);
    case 'deadline':
      return 0;
  }
}

function lineEnd(text: string): number | undefined {
  const index = text.indexOf('\n');
  return index < 0 ? undefined : index;
}

function multiLineEnd(text: string, shape: Shape, finished: boolean): number | undefined {
  const ends = [blockEnd(text, shape, finished), endOfEqualLines(text), endOfLines(text, MAX_LINES)].filter(
    (end) => end !== undefined,
  );
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** The end of the first of several equal lines in a row. */
function endOfEqualLines(text: string): number | undefined {
  const lines = text.split('\n').slice(0, -1);
  let start = 0;
  for (const [index, line] of lines.entries()) {
    const run = lines.slice(index, index + MAX_EQUAL_LINES);
    if (run.length === MAX_EQUAL_LINES && isSubstantial(line) && run.every((other) => other === line)) {
      return start + line.length;
    }
    start += line.length + 1;
  }
  return undefined;
}

function endOfLines(text: string, count: number): number | undefined {
  let end = -1;
  for (let line = 0; line <= count; line++) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) {
      return undefined;
    }
  }
  return end;
}
