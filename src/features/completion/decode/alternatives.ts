import { cleanModelOutput } from '../filters/postprocess';
import type { Produced } from '../memory/suggestionCache';
import { anyBeginning, attemptDecoder, writeAttempt, type GenerationPlan, type Writer } from './attempt';
import { otherLines } from './likelyLines';

const maxAttempts = 6;
/** Somebody who asks what else there is waits, but not for long: what has come by then is offered. */
const timeLimitMs = 5_000;

/**
 * What else could be written at a place than what the model writes there by itself, likeliest beginning first. None
 * where the engine does not say what other tokens it thought of, as on devices that keep the logits. Rejects with the
 * signal's reason when aborted.
 */
export async function* writeAlternatives(
  plan: GenerationPlan,
  writer: Writer,
  signal: AbortSignal,
): AsyncGenerator<Produced> {
  const limit = AbortSignal.timeout(timeLimitMs);
  const whenOver = AbortSignal.any([signal, limit]);
  const write: Parameters<typeof otherLines>[1] = (beginning) =>
    writeAttempt(plan, beginning, attemptDecoder(plan, writer.tokenizer), writer, whenOver);
  try {
    const first = await write(anyBeginning);
    let count = 0;
    for await (const { produced } of otherLines(first, write, () => -Infinity)) {
      yield cleanModelOutput(produced, plan.place);
      count += 1;
      if (count === maxAttempts) {
        return;
      }
    }
  } catch (error) {
    if (signal.aborted || !limit.aborted) {
      throw error;
    }
  }
}
