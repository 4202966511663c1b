import { cleanModelOutput } from '../filters/postprocess';
import type { Produced } from '../memory/suggestionCache';
import {
  anyBeginning,
  attemptDecoder,
  writeAttempt,
  type Beginning,
  type GenerationPlan,
  type Writer,
} from './attempt';
import { cutDraft, type DraftDecoder } from './draft';
import { otherLines } from './likelyLines';
import { completePart } from './stopRules';

const maxAttempts = 6;
/** Somebody who asks what else there is waits, but not for long: what has come by then is offered. */
const timeLimitMs = 5_000;

/**
 * What else could be written at a place than `known`, what the model writes there by itself; likeliest beginning first,
 * the last one cut to whole lines where time is up. Rejects with the signal's reason when aborted.
 */
export async function* writeAlternatives(
  plan: GenerationPlan,
  known: Produced | undefined,
  writer: Writer,
  signal: AbortSignal,
): AsyncGenerator<Produced> {
  const limit = AbortSignal.timeout(timeLimitMs);
  const whenOver = AbortSignal.any([signal, limit]);
  const draftIds = known?.kind === 'draft' ? known.draft.tokens.map(({ id }) => id) : [];
  let unfinished: DraftDecoder | undefined;
  try {
    const own = attemptDecoder(plan, writer.tokenizer);
    const first = await writeAttempt(plan, { ...anyBeginning, draftIds }, own, writer, whenOver);
    const write = (beginning: Beginning) => {
      unfinished = attemptDecoder(plan, writer.tokenizer);
      return writeAttempt(plan, beginning, unfinished, writer, whenOver);
    };
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
    const draft = unfinished?.draft();
    if (draft !== undefined) {
      yield { kind: 'draft', draft: cutDraft(draft, completePart(draft, plan.shape, 'deadline')) };
    }
  }
}
