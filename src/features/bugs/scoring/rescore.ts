import { findFimTokens } from '../../completion/prompt/fimTokens';
import type { BugModel } from '../types';
import { promptIds, type ReadPassage, type ScreenedEdit } from './screen';

/** How much text after the edited line is taken into account: whole lines, until there are this many tokens. */
const windowTokenCount = 24;
const windowLineCount = 4;

/**
 * ln of how much more likely the edited line and the lines after it are than the line as it is and the same lines,
 * given the text before: what was a slip makes the rest harder to understand.
 */
export async function rescoreForward(
  { passage, logProbabilities }: ReadPassage,
  { lineIndex, editedIds, sharedCount }: ScreenedEdit,
  { engine, tokenizer }: BugModel,
  signal: AbortSignal,
): Promise<number> {
  const lines = [...passage.body, ...passage.after];
  const window = windowAfter(lines.slice(lineIndex + 1).map(({ ids }) => ids));
  const before = lines.slice(0, lineIndex).flatMap(({ ids }) => ids);
  const lineIds = lines[lineIndex]?.ids ?? [];
  const scores = await engine.score(
    [...promptIds(passage, tokenizer), ...before, ...lineIds.slice(0, sharedCount)],
    [...editedIds.slice(sharedCount), ...window.flat()],
    signal,
  );
  const original = [
    ...(logProbabilities[lineIndex] ?? []).slice(sharedCount),
    ...logProbabilities.slice(lineIndex + 1, lineIndex + 1 + window.length).flatMap((values) => [...values]),
  ];
  return sum(scores) - sum(original);
}

/**
 * ln of how much more likely the edited line is than the line as it is when the model is shown the text on both
 * sides, in the form in which it was trained to fill in the middle.
 */
export async function rescoreFilling(
  { passage }: ReadPassage,
  { lineIndex, editedIds, sharedCount }: ScreenedEdit,
  { engine, tokenizer }: BugModel,
  signal: AbortSignal,
): Promise<number> {
  const fim = findFimTokens(tokenizer);
  const lines = [...passage.body, ...passage.after];
  const lineIds = lines[lineIndex]?.ids ?? [];
  const prompt = [
    fim.prefix,
    ...promptIds(passage, tokenizer),
    ...lines.slice(0, lineIndex).flatMap(({ ids }) => ids),
    fim.suffix,
    ...takeTokens(lines.slice(lineIndex + 1).map(({ ids }) => ids)),
    fim.middle,
    ...lineIds.slice(0, sharedCount),
  ];
  const original = await engine.score(prompt, lineIds.slice(sharedCount), signal);
  const edited = await engine.score(prompt, editedIds.slice(sharedCount), signal);
  return sum(edited) - sum(original);
}

const suffixTokenCount = 120;

function takeTokens(lines: readonly (readonly number[])[]): number[] {
  const ids: number[] = [];
  for (const line of lines) {
    if (ids.length + line.length > suffixTokenCount) {
      break;
    }
    ids.push(...line);
  }
  return ids;
}

function windowAfter(lines: readonly (readonly number[])[]): (readonly number[])[] {
  const window: (readonly number[])[] = [];
  let tokenCount = 0;
  for (const line of lines.slice(0, windowLineCount)) {
    if (tokenCount >= windowTokenCount) {
      break;
    }
    window.push(line);
    tokenCount += line.length;
  }
  return window;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}
