import type { SlipEdit } from '../candidates/edit';
import type { BugModel } from '../types';
import type { Passage, PassageLine } from './passage';

/** An edit as tokens, with what one reading of the passage says of it. */
export interface ScreenedEdit {
  readonly edit: SlipEdit;
  readonly passage: Passage;
  /** Index of the edited line in the passage's body. */
  readonly lineIndex: number;
  /** The edited line's tokens. */
  readonly editedIds: readonly number[];
  /** How many leading tokens the edited line shares with the line as it is. */
  readonly sharedCount: number;
  /** ln of how much more likely the first token of the edit is than what stands there, given the text before it. */
  readonly firstTokenNats: number;
}

/** A passage read once: ln of each token's probability given all before it. */
export interface ReadPassage {
  readonly passage: Passage;
  /** [line of body and after][token] */
  readonly logProbabilities: readonly Float32Array[];
  readonly edits: readonly ScreenedEdit[];
}

/** Reads `passage` once and screens those of `edits` that lie in its body. Rejects with the signal's reason when aborted. */
export async function screen(
  passage: Passage,
  edits: readonly SlipEdit[],
  { engine, tokenizer }: BugModel,
  signal: AbortSignal,
): Promise<ReadPassage> {
  const placed = edits.flatMap((edit) => placeEdit(passage, edit, tokenizer) ?? []);
  const lines = [...passage.body, ...passage.after];
  const lineStarts = runningSum(lines.map(({ ids }) => ids.length));
  const choices: number[][] = [];
  const choiceOf = placed.map(({ lineIndex, sharedCount, editedIds }) => {
    const position = (lineStarts[lineIndex] ?? 0) + sharedCount;
    const atPosition = (choices[position] ??= []);
    const id = editedIds[sharedCount] ?? -1;
    const known = atPosition.indexOf(id);
    return { position, index: known < 0 ? atPosition.push(id) - 1 : known };
  });
  const targetIds = lines.flatMap(({ ids }) => ids);
  const scores = await engine.scoreChoices(
    promptIds(passage, tokenizer),
    targetIds,
    Array.from({ length: targetIds.length }, (_, position) => choices[position] ?? []),
    signal,
  );
  return {
    passage,
    logProbabilities: lines.map(({ ids }, index) =>
      scores.targets.subarray(lineStarts[index] ?? 0, (lineStarts[index] ?? 0) + ids.length),
    ),
    edits: placed.map((edit, index) => {
      const { position, index: choiceIndex } = choiceOf[index] ?? { position: -1, index: -1 };
      const choice = scores.choices[position]?.[choiceIndex] ?? NaN;
      return { ...edit, firstTokenNats: choice - (scores.targets[position] ?? NaN) };
    }),
  };
}

/** The tokens before the passage's body; never none, since the model predicts nothing from nothing. */
export function promptIds(passage: Passage, tokenizer: BugModel['tokenizer']): number[] {
  const ids = passage.context.flatMap((line) => line.ids);
  return ids.length > 0 ? ids : tokenizer.encode('\n');
}

/** `edit` in its line's tokens; undefined when the line is not in the body or the tokens hardly tell them apart. */
function placeEdit(
  passage: Passage,
  edit: SlipEdit,
  tokenizer: BugModel['tokenizer'],
): Omit<ScreenedEdit, 'firstTokenNats'> | undefined {
  const lineIndex = passage.body.findLastIndex(({ start }) => start <= edit.range.start);
  const line = passage.body[lineIndex];
  if (line === undefined || edit.range.end > line.start + line.text.length) {
    return undefined;
  }
  const editedIds = tokenizer.encode(editLine(line, edit));
  let sharedCount = 0;
  while (sharedCount < line.ids.length && editedIds[sharedCount] === line.ids[sharedCount]) {
    sharedCount += 1;
  }
  const differs = sharedCount < editedIds.length && sharedCount < line.ids.length;
  return differs ? { edit, passage, lineIndex, editedIds, sharedCount } : undefined;
}

function editLine({ start, text }: PassageLine, { range, expected }: SlipEdit): string {
  return text.slice(0, range.start - start) + expected + text.slice(range.end - start);
}

/** Sums of all values before each index. */
function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value) - value);
}
