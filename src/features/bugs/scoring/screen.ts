import { findFimTokens } from '../../completion/prompt/fimTokens';
import type { SlipEdit } from '../candidates/edit';
import type { BugModel } from '../types';
import type { Passage, PassageLine } from './passage';

/** An edit in the tokens of a passage that was read once. */
export interface ScreenedEdit {
  readonly edit: SlipEdit;
  /** Index of the edited line in the passage's body. */
  readonly lineIndex: number;
  /** Index in `ReadPassage.ids` of the first token that the edit changes, and after the last one of its line. */
  readonly position: number;
  readonly lineEnd: number;
  /** The edited line's tokens from `position` on. */
  readonly editedIds: readonly number[];
  /** ln of how much more likely the first token of the edit is than what stands there, given the text before it. */
  readonly firstTokenNats: number;
}

export interface ReadPassage {
  readonly passage: Passage;
  /**
   * What was read before `ids`. It begins as a prompt to fill in the middle does, so that such a prompt for a line
   * of the passage finds all before that line in the engine's key/value memory.
   */
  readonly promptIds: readonly number[];
  /** The tokens of the body and of a little text after it. */
  readonly ids: readonly number[];
  /** ln p of each of `ids`, given all before it. */
  readonly logProbabilities: Float32Array;
  readonly edits: readonly ScreenedEdit[];
}

/** So much after the body is read with probabilities: what the last line's edits are judged by. */
const scoredTokensAfter = 32;

/**
 * Reads `passage` once, left to right, and screens those of `edits` that lie in its body. Rejects with the signal's
 * reason when aborted. Throws `UserError` `unsupported-model` for a model that cannot fill in the middle.
 */
export async function screen(
  passage: Passage,
  edits: readonly SlipEdit[],
  { engine, tokenizer }: BugModel,
  signal: AbortSignal,
): Promise<ReadPassage> {
  const promptIds = [findFimTokens(tokenizer).prefix, ...passage.context.ids];
  const ids = [
    ...passage.body.flatMap((line) => line.ids),
    ...passage.after.flatMap((line) => line.ids).slice(0, scoredTokensAfter),
  ];
  const lineStarts = runningSum(passage.body.map((line) => line.ids.length));
  const placed = edits.flatMap((edit) => placeEdit(passage, lineStarts, edit, tokenizer) ?? []);
  const choices: number[][] = ids.map(() => []);
  placed.forEach(({ position, editedIds: [first] }) => {
    const atPosition = choices[position];
    if (first !== undefined && atPosition?.includes(first) === false) {
      atPosition.push(first);
    }
  });
  const scores = await engine.scoreChoices(promptIds, ids, choices, signal);
  const firstTokenNats = ({ position, editedIds: [first = -1] }: PlacedEdit) => {
    const choice = choices[position]?.indexOf(first) ?? -1;
    return (scores.choices[position]?.[choice] ?? NaN) - (scores.targets[position] ?? NaN);
  };
  return {
    passage,
    promptIds,
    ids,
    logProbabilities: scores.targets,
    edits: placed.map((edit) => ({ ...edit, firstTokenNats: firstTokenNats(edit) })),
  };
}

type PlacedEdit = Omit<ScreenedEdit, 'firstTokenNats'>;

/** `edit` in its line's tokens; undefined when it is not in the body, or one line's tokens begin with the other's. */
function placeEdit(
  { body }: Passage,
  lineStarts: readonly number[],
  edit: SlipEdit,
  tokenizer: BugModel['tokenizer'],
): PlacedEdit | undefined {
  const lineIndex = body.findLastIndex(({ start }) => start <= edit.range.start);
  const line = body[lineIndex];
  const lineStart = lineStarts[lineIndex];
  if (line === undefined || lineStart === undefined || edit.range.end > line.start + line.text.length) {
    return undefined;
  }
  const editedIds = tokenizer.encode(editLine(line, edit));
  const differing = line.ids.findIndex((id, index) => id !== editedIds[index]);
  if (differing < 0 || differing >= editedIds.length) {
    return undefined;
  }
  return {
    edit,
    lineIndex,
    position: lineStart + differing,
    lineEnd: lineStart + line.ids.length,
    editedIds: editedIds.slice(differing),
  };
}

function editLine({ start, text }: PassageLine, { range, expected }: SlipEdit): string {
  return text.slice(0, range.start - start) + expected + text.slice(range.end - start);
}

/** Sums of all values before each index. */
function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value) - value);
}
