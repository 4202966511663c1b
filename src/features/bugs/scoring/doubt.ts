import type { SlipEdit } from '../candidates/edit';
import { isNameKind, type BugModel } from '../types';
import type { Passage } from './passage';
import { rescoreFilling, rescoreForward } from './rescore';
import type { ScreenedEdit } from './screen';
import { screen } from './screen';

/** An edit with all that the model says of it; natural logarithms of ratios between edit and text as it is. */
export interface DoubtfulEdit {
  readonly edit: SlipEdit;
  /** The first token that differs, given the text before it. */
  readonly firstTokenNats: number;
  /** The rest of the line and the lines after it, given the text before. */
  readonly forwardNats: number;
  /** The line, given the text before and after it. */
  readonly fillingNats: number;
}

export interface DoubtLimits {
  /** Most edits of a passage that are scored with the text after them. */
  readonly forwardCount: number;
  readonly leastFirstTokenNats: number;
  /** Where other names and members begin: there are many of them, and few that are barely likelier are right. */
  readonly leastFirstTokenNatsOfNames: number;
  /** Most lines of a passage on which edits are scored with the text on both sides. */
  readonly fillingLineCount: number;
  readonly leastForwardNats: number;
}

/**
 * Which of `edits` the model finds more likely than what stands there, in no order. Each step costs more
 * than the one before and sees fewer edits: one reading of the passage, then the lines after an edit, then the
 * line between the text before and after it.
 */
export async function doubtfulEdits(
  passage: Passage,
  edits: readonly SlipEdit[],
  limits: DoubtLimits,
  model: BugModel,
  signal: AbortSignal,
): Promise<DoubtfulEdit[]> {
  const read = await screen(passage, edits, model, signal);
  const screened = read.edits
    .filter(
      ({ edit: { kind }, firstTokenNats }) =>
        firstTokenNats >= (isNameKind(kind) ? limits.leastFirstTokenNatsOfNames : limits.leastFirstTokenNats),
    )
    .sort((a, b) => b.firstTokenNats - a.firstTokenNats)
    .slice(0, limits.forwardCount);
  const forward: (ScreenedEdit & { forwardNats: number })[] = [];
  // From the last to the first, so that each finds the text before it in the engine's key/value memory.
  for (const edit of [...screened].sort(byPlace).reverse()) {
    forward.push({ ...edit, forwardNats: await rescoreForward(read, edit, model, signal) });
  }
  const likely = forward
    .filter(({ forwardNats }) => forwardNats >= limits.leastForwardNats)
    .sort((a, b) => suspicion(b) - suspicion(a));
  const lines = new Set(
    [...new Set(likely.map(({ lineIndex }) => lineIndex))].slice(0, limits.fillingLineCount),
  );
  const doubtful: DoubtfulEdit[] = [];
  // From the first to the last: the longest common beginning is kept, and the text after the line changes anyway.
  for (const edit of likely.filter(({ lineIndex }) => lines.has(lineIndex)).sort(byPlace)) {
    doubtful.push({ ...edit, fillingNats: await rescoreFilling(read, edit, model, signal) });
  }
  return doubtful;
}

/** By what places are ranked: the word itself and what follows from it both speak for the edit. */
export function suspicion({
  firstTokenNats,
  forwardNats,
}: Pick<DoubtfulEdit, 'firstTokenNats' | 'forwardNats'>): number {
  return Math.min(firstTokenNats, forwardNats);
}

/** What the text before and after, each by itself, agree on. */
export function certainty({ forwardNats, fillingNats }: DoubtfulEdit): number {
  return Math.min(forwardNats, fillingNats);
}

function byPlace(a: ScreenedEdit, b: ScreenedEdit): number {
  return a.position - b.position;
}
