import type { TokenConstraint } from '../../../engine/engine';

/** What completion asks of a tokenizer. */
export interface CompletionTokenizer {
  /** Never gives the ids of special tokens, whatever the text holds. */
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
  tokenBytes(id: number): Uint8Array;
  specialId(name: string): number | undefined;
  readonly endOfTextIds: readonly number[];
}

/**
 * Token healing: the text typed last may end inside what the model knows as one token. Its last token is left
 * out of the prompt, and decoding is held to tokens that reproduce that token's bytes first.
 */
export interface Healing {
  healPrompt(typedText: string): { readonly ids: readonly number[]; readonly remainingBytes: Uint8Array };
  createConstraint(remainingBytes: Uint8Array): TokenConstraint;
}
