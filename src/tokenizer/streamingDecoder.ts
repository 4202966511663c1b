import type { Tokenizer } from './tokenizer';

/** Turns token ids into text while they arrive. Tokens are bytes, and a character may span several of them. */
export interface StreamingDecoder {
  /** The text that `id` completes: empty while the bytes so far end inside a character. */
  push(id: number): string;
  /**
   * Ends the text: what was held back, as U+FFFD, so that all parts together equal `decode` of all ids. A caller
   * that shows text to a user leaves it out, and the broken end is never seen.
   */
  flush(): string;
}

/** A decoder for one sequence of ids; after `flush` it is ready for the next one. */
export function createStreamingDecoder(tokenizer: Pick<Tokenizer, 'tokenBytes'>): StreamingDecoder {
  // A byte order mark in the text is text.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (id) => decoder.decode(tokenizer.tokenBytes(id), { stream: true }),
    flush: () => decoder.decode(),
  };
}
