import type { Engine, GenerateTimings } from '../../engine/engine';
import { createStreamingDecoder } from '../../tokenizer/streamingDecoder';
import { createChatFormat, type ChatFormat, type ChatMessage, type ChatTokenizer } from './chatFormat';
import { repeatsProse } from './loops';

/** A running model with its prompt format. */
export interface ChatModel {
  readonly engine: Engine;
  readonly tokenizer: ChatTokenizer;
  readonly format: ChatFormat;
}

export interface AnswerOptions {
  readonly maxTokens: number;
  readonly onText?: (text: string) => void;
  /** Asked at the end of each line and sentence whether the model goes round in circles. */
  readonly isLoop?: (text: string) => boolean;
}

export interface Answer {
  readonly text: string;
  /** `cut`: the model was not finished when its tokens were used up, or it began to repeat itself. */
  readonly ending: 'finished' | 'cut';
  readonly timings: GenerateTimings;
}

/** The model as one to ask. Throws a `UserError` (`unsupported-model`) when it was not trained for chat. */
export function createChatModel(
  engine: Engine,
  tokenizer: ChatTokenizer,
  chatTemplate: string | undefined,
): ChatModel {
  return { engine, tokenizer, format: createChatFormat(chatTemplate, tokenizer) };
}

/** No text of this many characters on average for each token is known. */
export const MAX_CHARACTERS_PER_TOKEN = 20;

/** Tokens that a conversation may have so that `maxTokens` of answer still fit. */
export function promptBudget({ engine }: ChatModel, maxTokens: number): number {
  return engine.contextCapacity - maxTokens;
}

/**
 * The model's answer to a conversation, each piece handed to `onText` as it comes. Rejects with the signal's reason
 * when aborted and with a `UserError` (`context-full`) when the conversation does not fit.
 */
export async function answer(
  model: ChatModel,
  messages: readonly ChatMessage[],
  { maxTokens, onText, isLoop = repeatsProse }: AnswerOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const { engine, tokenizer, format } = model;
  const decoder = createStreamingDecoder(tokenizer);
  let text = '';
  let repeats = false;
  const result = await engine.generate(
    {
      promptIds: format.encode(messages),
      maxTokens,
      stopIds: format.stopIds,
      onToken: ({ id }) => {
        const piece = decoder.push(id);
        text += piece;
        onText?.(piece);
        repeats = /[\n.!?]/.test(piece) && isLoop(text);
        return repeats ? 'stop' : 'continue';
      },
    },
    signal,
  );
  return {
    text,
    ending: result.stopReason === 'stop-token' ? 'finished' : 'cut',
    timings: result.timings,
  };
}
