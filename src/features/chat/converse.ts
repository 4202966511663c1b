import { UserError } from '../../base/errors';
import { answer, MAX_CHARACTERS_PER_TOKEN, promptBudget, type Answer, type ChatModel } from './answer';
import type { ChatMessage, ChatTokenizer } from './chatFormat';
import { repeatsBlock } from './loops';

/** How a context is shared between what a caller sends and what the model answers, in tokens. */
export interface ConversationLimits {
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
}

/** A quarter of the context is for the answer; what templates write by themselves is kept back from the input. */
export function conversationLimits(contextCapacity: number): ConversationLimits {
  const maxOutputTokens = Math.floor(contextCapacity / 4);
  return { maxInputTokens: contextCapacity - maxOutputTokens - templateTokens, maxOutputTokens };
}

/** The system message that Qwen's template adds where there is none takes 21 tokens, the start of an answer 3. */
const templateTokens = 64;

/**
 * Tokens of a text; with what stands around a message (its role, its end) when `isMessage`. A conversation whose
 * messages have `maxInputTokens` together is never refused.
 */
export function countTokens(tokenizer: ChatTokenizer, text: string, isMessage: boolean): number {
  return tokenizer.countTokens(text) + (isMessage ? markupTokens : 0);
}

/** ChatML takes 5 tokens, the format of Llama 3 as many. */
const markupTokens = 6;

/**
 * The model's answer to somebody else's conversation, streamed to `onText`. Nothing is left out of it: throws a
 * `UserError` (`text-too-large`) when it is too long, `bad-argument` when it is empty, `unsupported-model`; rejects
 * with the signal's reason when aborted.
 */
export async function converse(
  model: ChatModel,
  messages: readonly ChatMessage[],
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const { contextCapacity } = model.engine;
  const { maxInputTokens, maxOutputTokens } = conversationLimits(contextCapacity);
  const turns = joinTurns(messages);
  if (turns.length === 0) {
    throw new UserError('bad-argument', 'The conversation is empty.', 'Send a message with some text.');
  }
  const budget = promptBudget(model, maxOutputTokens);
  const characterCount = turns.reduce((sum, { content }) => sum + content.length, 0);
  // What is far too long need not be counted: it may be megabytes.
  const tokenCount =
    characterCount > MAX_CHARACTERS_PER_TOKEN * budget ? undefined : model.format.encode(turns).length;
  if (tokenCount === undefined || tokenCount > budget) {
    throw new UserError(
      'text-too-large',
      `The conversation is too long: it has ${tokenCount ?? 'far more'} tokens, and the model takes ${maxInputTokens}.`,
      'Send less: fewer or shorter messages.',
    );
  }
  return answer(model, turns, { maxTokens: maxOutputTokens, onText, isLoop: repeatsBlock }, signal);
}

/** Messages without text are left out, and neighbours of one role are joined: some templates demand that roles alternate. */
function joinTurns(messages: readonly ChatMessage[]): ChatMessage[] {
  const turns: ChatMessage[] = [];
  for (const message of messages.filter(({ content }) => content !== '')) {
    const last = turns.at(-1);
    if (last?.role === message.role) {
      turns[turns.length - 1] = { role: last.role, content: `${last.content}\n\n${message.content}` };
    } else {
      turns.push(message);
    }
  }
  return turns;
}
