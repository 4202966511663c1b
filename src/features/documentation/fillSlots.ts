import { UserError } from '../../base/errors';
import { cleanWords } from './comment/cleanWords';
import { saysOtherVerb } from './comment/names';
import { completePart, isFirstLineWhole } from './comment/sentence';
import type { CommentStyle } from './comment/style';
import type { Slot, Template } from './comment/template';
import { renderUpTo, slotsOf } from './comment/template';
import type { DocumentationModel, FilledSlot } from './types';

/** What the model sees around the comment. */
export interface SlotContext {
  /** The file up to the comment. */
  readonly before: string;
  /** From the comment's end to the end of the symbol. */
  readonly after: string;
  readonly indent: string;
  readonly eol: string;
}

/**
 * Mean log-probability (natural) of a slot's words under which they are a guess. Of 122 summaries of real functions,
 * read by eye, 3 of the 4 under it were wrong and one in eight above it. Neutral words in place of those under it
 * change the summaries' chrF by −0.07 (95 %: −0.21 to 0.01, n = 138); a threshold of −1 costs 0.8, one of −0.8 1.6.
 */
export const confidenceThreshold = -1.1;

/** Tokens of each part at most; a description of code is about the code, so it gets the most. */
const maxBeforeTokens = 384;
const maxAfterTokens = 768;
const maxSlotTokens: Readonly<Record<Slot['kind'], number>> = {
  summary: 48,
  'file-summary': 48,
  'type-parameter': 20,
  parameter: 40,
  returns: 40,
  yields: 40,
  error: 40,
};

/**
 * Words for each slot of `template`, in order, each decoded by itself. The prompt is
 * `prefix ‹before› suffix ‹after› middle ‹the comment so far›`, and the model continues the middle: from slot to
 * slot only the new part of the comment is computed, everything before it stays in the KV cache.
 * Rejects with the signal's reason when aborted.
 */
export async function fillSlots(
  template: Template,
  style: CommentStyle,
  context: SlotContext,
  model: DocumentationModel,
  signal: AbortSignal,
): Promise<Map<Slot, FilledSlot>> {
  const filled = new Map<Slot, FilledSlot>();
  for await (const [slot, entry] of fillSlotBySlot(template, style, context, model, signal)) {
    filled.set(slot, entry);
  }
  return filled;
}

/** As `fillSlots`, each slot as soon as it has its words. */
export async function* fillSlotBySlot(
  template: Template,
  style: CommentStyle,
  context: SlotContext,
  model: DocumentationModel,
  signal: AbortSignal,
): AsyncGenerator<readonly [Slot, FilledSlot]> {
  const words = new Map<Slot, string>();
  const head = promptHead(context, model);
  for (const slot of slotsOf(template)) {
    signal.throwIfAborted();
    // The model's tokens hold the space before a word.
    const middle = renderUpTo(template, slot, words, context.indent, context.eol).replace(/ $/, '');
    const attempt = async (opening: string) =>
      inScriptsOf(context, await attemptSlot(head, middle, opening, slot, style, model, signal));
    const first = await attempt('');
    const result = isRight(slot, first) ? first : await betterOf(first, slot.opening, attempt);
    const entry = toFilledSlot(slot, result);
    words.set(slot, entry.words);
    yield [slot, entry];
  }
}

interface Attempt {
  /** Empty when the model wrote nothing that can stand in a comment. */
  readonly words: string;
  readonly confidence: number;
}

/** A letter of neither alphabet that code is written in wherever it comes from. */
const otherScript = /(?![\p{Script=Latin}\p{Script=Greek}])\p{L}/u;

/** A multilingual model may write Chinese in a file that holds none. */
function inScriptsOf({ before, after }: SlotContext, attempt: Attempt): Attempt {
  const isForeign = otherScript.test(attempt.words) && !otherScript.test(before) && !otherScript.test(after);
  return isForeign ? { ...attempt, words: '' } : attempt;
}

function isUsable({ words, confidence }: Attempt): boolean {
  return words !== '' && confidence >= confidenceThreshold;
}

function isRight({ verb }: Slot, attempt: Attempt): boolean {
  return isUsable(attempt) && (verb === undefined || !saysOtherVerb(attempt.words, verb));
}

/** `first`, or what the model makes of `opening` where it makes something of it. */
async function betterOf(
  first: Attempt,
  opening: string | undefined,
  attempt: (opening: string) => Promise<Attempt>,
): Promise<Attempt> {
  const second = opening === undefined ? first : await attempt(opening);
  return isUsable(second) ? second : first;
}

function toFilledSlot(slot: Slot, attempt: Attempt): FilledSlot {
  const isSure = isUsable(attempt);
  return {
    label: slot.label === '' ? slot.kind : slot.label,
    words: isSure ? attempt.words : slot.neutral,
    origin: isSure ? 'model' : 'neutral',
    confidence: Number.isFinite(attempt.confidence) ? attempt.confidence : undefined,
  };
}

async function attemptSlot(
  head: readonly number[],
  middle: string,
  opening: string,
  slot: Slot,
  style: CommentStyle,
  model: DocumentationModel,
  signal: AbortSignal,
): Promise<Attempt> {
  const start = opening === '' ? middle : `${middle} ${opening}`;
  const { text, confidence } = await decodeSlot(head, start, slot, model, signal);
  return { words: cleanWords(opening + text, style, slot), confidence };
}

async function decodeSlot(
  head: readonly number[],
  middle: string,
  slot: Slot,
  { engine, tokenizer }: DocumentationModel,
  signal: AbortSignal,
): Promise<{ text: string; confidence: number }> {
  const ids: number[] = [];
  const { tokens, stopReason } = await engine.generate(
    {
      promptIds: [...head, ...tokenizer.encode(middle)],
      maxTokens: maxSlotTokens[slot.kind],
      stopIds: stopIds(tokenizer),
      vocabulary: 'common',
      onToken: ({ id }) => {
        ids.push(id);
        return isFirstLineWhole(tokenizer.decode(ids)) ? 'stop' : 'continue';
      },
    },
    signal,
  );
  const sum = tokens.reduce((total, token) => total + token.logProbability, 0);
  const text = tokenizer.decode(tokens.map((token) => token.id));
  return {
    text: stopReason === 'max-tokens' || stopReason === 'context-full' ? completePart(text) : text,
    confidence: tokens.length === 0 ? -Infinity : sum / tokens.length,
  };
}

function promptHead({ before, after }: SlotContext, { engine, tokenizer }: DocumentationModel): number[] {
  const prefix = specialId(tokenizer, '<|fim_prefix|>');
  const suffix = specialId(tokenizer, '<|fim_suffix|>');
  const middle = specialId(tokenizer, '<|fim_middle|>');
  // A small context gives the code its half and what stands before it a quarter; the comment gets the rest.
  const beforeCount = Math.min(maxBeforeTokens, Math.floor(engine.contextCapacity / 4));
  const afterCount = Math.min(maxAfterTokens, Math.floor(engine.contextCapacity / 2));
  // Characters are cut first: a token is rarely longer, and encoding a whole file would be wasted work.
  const beforeIds = tokenizer.encode(before.slice(-beforeCount * 8)).slice(-beforeCount);
  const afterIds = tokenizer.encode(after.slice(0, afterCount * 8)).slice(0, afterCount);
  return [prefix, ...beforeIds, suffix, ...afterIds, middle];
}

function specialId(tokenizer: DocumentationModel['tokenizer'], name: string): number {
  const id = tokenizer.specialId(name);
  if (id === undefined) {
    throw new UserError(
      'unsupported-model',
      `The model has no ${name} token, which writing comments needs.`,
      'Choose a model that was trained to fill in the middle, such as the default one.',
    );
  }
  return id;
}

function stopIds(tokenizer: DocumentationModel['tokenizer']): Set<number> {
  const names = ['<|fim_pad|>', '<|file_sep|>', '<|repo_name|>', '<|fim_prefix|>', '<|fim_suffix|>'];
  return new Set([...tokenizer.endOfTextIds, ...names.flatMap((name) => tokenizer.specialId(name) ?? [])]);
}
