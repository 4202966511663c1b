import type { Decoder } from './decode';
import { advance, prefillFor } from './decode';
import type { ChoiceScores } from './engine';
import { maxLogitRows } from './logits';

/** See `Engine.score`. */
export async function score(
  decoder: Decoder,
  promptIds: readonly number[],
  targetIds: readonly number[],
  signal: AbortSignal,
): Promise<Float32Array> {
  return (await scoreChoices(decoder, promptIds, targetIds, [], signal)).targets;
}

/** See `Engine.scoreChoices`. */
export async function scoreChoices(
  decoder: Decoder,
  promptIds: readonly number[],
  targetIds: readonly number[],
  choices: readonly (readonly number[])[],
  signal: AbortSignal,
): Promise<ChoiceScores> {
  const targets = new Float32Array(targetIds.length);
  const choiceScores = choices.map((ids) => new Float32Array(ids.length));
  if (targetIds.length === 0) {
    return { targets, choices: choiceScores };
  }
  /** What is read of the rows that predict the targets from `from` on. */
  const wanted = (from: number, rowCount: number) => ({
    rowCount,
    vocabulary: 'whole' as const,
    ids: [
      ...new Set([...targetIds.slice(from, from + rowCount), ...choices.slice(from, from + rowCount).flat()]),
    ],
  });
  await prefillFor(decoder, promptIds, wanted(0, 1), signal);
  const { logits } = decoder.session;
  const read = (targetIndex: number, row: number) => {
    const logSumExp = logits.logSumExp(row);
    const logProbability = (id: number) => logits.at(row, id) - logSumExp;
    targets[targetIndex] = logProbability(targetIds[targetIndex] ?? -1);
    choices[targetIndex]?.forEach((id, index) => {
      choiceScores[targetIndex]?.set([logProbability(id)], index);
    });
  };
  // The prompt's last row predicts the first target; each target's row predicts the next one.
  read(0, 0);
  for (let start = 0; start < targetIds.length - 1; start += maxLogitRows) {
    const ids = targetIds.slice(start, Math.min(start + maxLogitRows, targetIds.length - 1));
    await advance(decoder, ids, wanted(start + 1, ids.length), signal);
    ids.forEach((_, row) => read(start + row + 1, row));
  }
  return { targets, choices: choiceScores };
}
