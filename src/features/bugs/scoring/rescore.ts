import { findFimTokens } from '../../completion/prompt/fimTokens';
import type { BugModel } from '../types';
import type { ReadPassage, ScreenedEdit } from './screen';

/**
 * An edit's tokens and those after it that are taken into account: what one run of the engine gives probabilities
 * for, about the next two lines.
 */
const forwardTokenCount = 32;
/** How much of the text after a line is shown when the line is to be filled in. */
const suffixTokenCount = 120;

/**
 * ln of how much more likely the edited line and the text after it are than the line as it is and the same text,
 * given the text before: what was a slip makes the rest harder to understand.
 */
export async function rescoreForward(
  { promptIds, ids, logProbabilities }: ReadPassage,
  { position, lineEnd, editedIds }: ScreenedEdit,
  { engine }: BugModel,
  signal: AbortSignal,
): Promise<number> {
  const windowEnd = lineEnd + Math.max(0, forwardTokenCount - editedIds.length);
  const edited = await engine.score(
    [...promptIds, ...ids.slice(0, position)],
    [...editedIds, ...ids.slice(lineEnd, windowEnd)],
    signal,
  );
  return sum(edited) - sum(logProbabilities.slice(position, windowEnd));
}

/**
 * ln of how much more likely the edited line is than the line as it is when the model is shown the text on both
 * sides, in the form in which it was trained to fill in the middle. Throws `UserError` `unsupported-model` for a
 * model that was not.
 */
export async function rescoreFilling(
  { passage, promptIds, ids }: ReadPassage,
  { lineIndex, position, lineEnd, editedIds }: ScreenedEdit,
  { engine, tokenizer }: BugModel,
  signal: AbortSignal,
): Promise<number> {
  const fim = findFimTokens(tokenizer);
  const lineStart = lineEnd - (passage.body[lineIndex]?.ids.length ?? 0);
  const following = [...passage.body.slice(lineIndex + 1), ...passage.after].flatMap((line) => line.ids);
  const prompt = [
    ...promptIds,
    ...ids.slice(0, lineStart),
    fim.suffix,
    ...following.slice(0, suffixTokenCount),
    fim.middle,
    ...ids.slice(lineStart, position),
  ];
  const original = await engine.score(prompt, ids.slice(position, lineEnd), signal);
  const edited = await engine.score(prompt, editedIds, signal);
  return sum(edited) - sum(original);
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
