import type { SlipEdit } from '../candidates/edit';
import { isNameKind, type BugModel } from '../types';
import type { Passage } from './passage';
import { rescoreFilling, rescoreForward } from './rescore';
import type { ReadPassage, ScreenedEdit } from './screen';
import { screen } from './screen';

/** An edit with what the model says of it, left to right; natural logarithms of ratios between edit and text as it is. */
export interface WeighedEdit extends ScreenedEdit {
  /** The rest of the line and the lines after it, given the text before. */
  readonly forwardNats: number;
}

/** An edit with all that the model says of it. */
export interface DoubtfulEdit extends WeighedEdit {
  /** The line, given the text before and after it. */
  readonly fillingNats: number;
}

export interface WeighingLimits {
  /** Most edits of a passage that are weighed. */
  readonly forwardCount: number;
  readonly leastFirstTokenNats: number;
  /** Where other names and members begin: there are many of them, and few that are barely likelier are right. */
  readonly leastFirstTokenNatsOfNames: number;
}

export interface WeighedPassage {
  readonly read: ReadPassage;
  /** In no order. */
  readonly edits: readonly WeighedEdit[];
}

/**
 * Reads `passage` and weighs those of `edits` whose first token is likeliest, with the lines after each. Rejects with the
 * signal's reason when aborted.
 */
export async function weighEdits(
  passage: Passage,
  edits: readonly SlipEdit[],
  limits: WeighingLimits,
  model: BugModel,
  signal: AbortSignal,
): Promise<WeighedPassage> {
  const read = await screen(passage, edits, model, signal);
  const screened = read.edits
    .filter(
      ({ edit: { kind }, firstTokenNats }) =>
        firstTokenNats >= (isNameKind(kind) ? limits.leastFirstTokenNatsOfNames : limits.leastFirstTokenNats),
    )
    .sort((a, b) => b.firstTokenNats - a.firstTokenNats)
    .slice(0, limits.forwardCount);
  const weighed: WeighedEdit[] = [];
  // From the last to the first, so that each finds the text before it in the engine's key/value memory.
  for (const edit of [...screened].sort(byPlace).reverse()) {
    weighed.push({ ...edit, forwardNats: await rescoreForward(read, edit, model, signal) });
  }
  return { read, edits: weighed };
}

/** The last and dearest look, at `edits` of one passage: each line between the text before and after it. */
export async function fillIn(
  read: ReadPassage,
  edits: readonly WeighedEdit[],
  model: BugModel,
  signal: AbortSignal,
): Promise<DoubtfulEdit[]> {
  const doubtful: DoubtfulEdit[] = [];
  // From the first to the last: the longest common beginning is kept, and the text after the line changes anyway.
  for (const edit of [...edits].sort(byPlace)) {
    doubtful.push({ ...edit, fillingNats: await rescoreFilling(read, edit, model, signal) });
  }
  return doubtful;
}

/** By what places are ranked: the word itself and what follows from it both speak for the edit. */
export function suspicion({ firstTokenNats, forwardNats }: WeighedEdit): number {
  return Math.min(firstTokenNats, forwardNats);
}

/** What the text before and after, each by itself, agree on. */
export function certainty({ forwardNats, fillingNats }: DoubtfulEdit): number {
  return Math.min(forwardNats, fillingNats);
}

function byPlace(a: ScreenedEdit, b: ScreenedEdit): number {
  return a.position - b.position;
}
