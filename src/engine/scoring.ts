import type { Decoder } from './decode';
import { advance, prefill } from './decode';
import type { ChoiceScores } from './engine';
import { maxLogitRows } from './session';

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
  await prefill(decoder, promptIds, signal);
  const { session } = decoder;
  const read = (targetIndex: number, row: number) => {
    const logits = session.logitsRow(row);
    const logSumExp = session.logSumExp(row);
    const logProbability = (id: number | undefined) => (logits[id ?? -1] ?? NaN) - logSumExp;
    targets[targetIndex] = logProbability(targetIds[targetIndex]);
    choices[targetIndex]?.forEach((id, index) => {
      choiceScores[targetIndex]?.set([logProbability(id)], index);
    });
  };
  // The prompt's last row predicts the first target; each target's row predicts the next one.
  read(0, 0);
  for (let start = 0; start < targetIds.length - 1; start += maxLogitRows) {
    const ids = targetIds.slice(start, Math.min(start + maxLogitRows, targetIds.length - 1));
    await advance(decoder, ids, ids.length, signal);
    ids.forEach((_, row) => read(start + row + 1, row));
  }
  return { targets, choices: choiceScores };
}
