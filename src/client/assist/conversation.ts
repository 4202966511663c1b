import type { ConversationMessage } from '../../shared/protocol';

/** A conversation at the moment when an answer was stopped. */
export interface StoppedAnswer {
  /** The conversation before the question that was being answered; empty for the first answer. */
  readonly before: readonly ConversationMessage[];
  /** What the model was given for the answer; undefined when it had not come to that. */
  readonly prompt: readonly ConversationMessage[] | undefined;
  readonly text: string;
}

/**
 * The conversation that a question after the stop continues: with the part of the answer that was read. An answer that
 * had not begun is as if its question had not been asked; of a first one the code remains.
 */
export function conversationAfterStop({
  before,
  prompt,
  text,
}: StoppedAnswer): readonly ConversationMessage[] {
  if (prompt === undefined) {
    return before;
  }
  if (text.trim() === '') {
    return before.length === 0 ? prompt : before;
  }
  return [...prompt, { role: 'assistant', content: text }];
}
