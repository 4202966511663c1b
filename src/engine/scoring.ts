import type { Decoder } from './decode';
import { advance, reuseCache } from './decode';
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
  const { logits } = decoder.session;
  const isRare = (id: number) => logits.isRare(id);
  const vocabulary =
    promptIds.some(isRare) || targetIds.some(isRare) || choices.some((ids) => ids.some(isRare))
      ? 'whole'
      : 'common';
  const reusedCount = reuseCache(decoder, promptIds);
  await advance(decoder, promptIds.slice(reusedCount, -1), { rowCount: 1, vocabulary }, signal);
  // The prompt's last row predicts the first target; each target's row predicts the next one.
  const inputs = [...promptIds.slice(-1), ...targetIds.slice(0, -1)];
  for (let start = 0; start < inputs.length; start += maxLogitRows) {
    const end = Math.min(start + maxLogitRows, inputs.length);
    const ids = [...new Set([...targetIds.slice(start, end), ...choices.slice(start, end).flat()])];
    await advance(decoder, inputs.slice(start, end), { rowCount: end - start, vocabulary, ids }, signal);
    for (let index = start; index < end; index += 1) {
      const row = index - start;
      const logSumExp = logits.logSumExp(row);
      const logProbability = (id: number) => logits.at(row, id) - logSumExp;
      targets[index] = logProbability(targetIds[index] ?? -1);
      choiceScores[index]?.set((choices[index] ?? []).map(logProbability));
    }
  }
  return { targets, choices: choiceScores };
}
