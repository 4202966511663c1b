import type { GeneratedToken, GenerateTimings } from '../../../engine/engine';
import { createHealingConstraint } from '../../../tokenizer/healing';
import type { Produced } from '../memory/suggestionCache';
import type { Place } from '../place';
import type { Prompt } from '../prompt/prompt';
import type { CompletionTokenizer } from '../prompt/tokenizer';
import { cutDraft, DraftDecoder, type Draft } from './draft';
import type { EngineLane } from './engineLane';
import type { Shape } from './shape';
import { completePart, decideStop, type StopDecision } from './stopRules';

export interface GenerationPlan {
  readonly place: Place;
  readonly prompt: Prompt;
  readonly shape: Shape;
  readonly stopIds: ReadonlySet<number>;
  /** Whether somebody asked with a key, and rather waits than gets the second best. */
  readonly isThorough: boolean;
}

/** One way to go on at a place. */
export interface Attempt {
  readonly produced: Produced;
  /** All that the model wrote after the prompt, what repeats typed text included. */
  readonly tokens: readonly GeneratedToken[];
  /** ln p of all of it and of its end, of which no further token is asked; -Infinity for what is not fit to be shown. */
  readonly logProbability: number;
  /** Absent when nothing had to be asked of the model. */
  readonly timings?: GenerateTimings;
}

/** How an attempt begins, and when it is given up. */
export interface Beginning {
  readonly path: readonly GeneratedToken[];
  /** An attempt that has become as unlikely as that ends there. */
  readonly leastLogProbability: number;
  /** What it may well go on with. */
  readonly draftIds?: readonly number[];
}

/** What attempts are written with. */
export interface Writer {
  readonly lane: EngineLane;
  readonly tokenizer: CompletionTokenizer;
}

export const anyBeginning: Beginning = { path: [], leastLogProbability: -Infinity };

/** What the tokens of attempts at `plan` are decoded with, a new one for each. */
export function attemptDecoder({ prompt }: GenerationPlan, tokenizer: CompletionTokenizer): DraftDecoder {
  return new DraftDecoder(tokenizer, prompt.remainingBytes.length);
}

/**
 * Writes on after `beginning` until a stop rule or the model ends it. `decoder` holds the text so far at any time, of which
 * `onText` is told after each token. Rejects with the signal's reason when aborted.
 */
export async function writeAttempt(
  plan: GenerationPlan,
  beginning: Beginning,
  decoder: DraftDecoder,
  { lane, tokenizer }: Writer,
  signal: AbortSignal,
  onText?: (text: string) => void,
): Promise<Attempt> {
  const { prompt, shape, stopIds } = plan;
  const { path, leastLogProbability, draftIds } = beginning;
  const healing = createHealingConstraint(tokenizer, prompt.remainingBytes);
  let decision: StopDecision = { kind: 'continue' };
  let logProbability = 0;
  const push = (token: GeneratedToken) => {
    decoder.push(token);
    logProbability += token.logProbability;
    const draft = decoder.draft();
    decision = decideStop(draft, shape);
    onText?.(draft.text);
    return decision.kind === 'continue' && logProbability > leastLogProbability ? 'continue' : 'stop';
  };
  const attemptOf = (endedByModel: boolean, endLogProbability = 0) => {
    const produced = finish(decoder.draft(), shape, decision, endedByModel);
    const isFit = produced.kind === 'draft';
    return { produced, logProbability: isFit ? logProbability + endLogProbability : -Infinity };
  };
  for (const token of path) {
    if (stopIds.has(token.id)) {
      return { ...attemptOf(true, token.logProbability), tokens: path };
    }
    push(token);
    healing.accept(token.id);
  }
  if (decision.kind !== 'continue') {
    return { ...attemptOf(false), tokens: path };
  }
  const { tokens, stopReason, stopLogProbability, timings } = await lane.generate(
    prompt.headIds,
    {
      promptIds: [...prompt.promptIds, ...path.map(({ id }) => id)],
      maxTokens: shape.maxTokens - path.length,
      stopIds,
      vocabulary: wantedVocabulary(prompt),
      draftIds,
      runnersUp: true,
      constraint: healing,
      onToken: push,
    },
    signal,
  );
  return {
    ...attemptOf(stopReason === 'stop-token', stopLogProbability),
    tokens: [...path, ...tokens],
    timings,
  };
}

/** What continues a word in another script, of which the prompt may hold nothing else yet, is mostly rare. */
function wantedVocabulary({ remainingBytes }: Prompt): 'whole' | 'common' {
  return remainingBytes.some((byte) => byte >= 0x80) ? 'whole' : 'common';
}

function finish(draft: Draft, shape: Shape, decision: StopDecision, endedByModel: boolean): Produced {
  switch (decision.kind) {
    case 'discard':
      return { kind: 'discarded', detail: decision.detail };
    case 'stop':
      return { kind: 'draft', draft: cutDraft(draft, decision.length) };
    case 'continue': {
      const length = completePart(draft, shape, endedByModel ? 'model' : 'limit');
      return { kind: 'draft', draft: cutDraft(draft, length) };
    }
  }
}
