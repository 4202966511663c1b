/** Names of the pre-tokenizers we know, as GGUF files spell them in `tokenizer.ggml.pre`. */
export type PreTokenizerName = 'qwen2' | 'llama-bpe' | 'gpt-2';

/** Everything about a model's vocabulary that text <-> ids needs. Made from a GGUF's metadata by `model/`. */
export interface TokenizerSpecification {
  readonly preTokenizer: PreTokenizerName;
  /** The bytes of each token, by id; special tokens hold the UTF-8 bytes of their name. */
  readonly tokenBytes: readonly Uint8Array[];
  /** Control and user-defined tokens: name -> id. `encode` never produces them from text. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** Ids after which generation stops (`<|endoftext|>`, `<|im_end|>`, …), from the GGUF's metadata. */
  readonly endOfTextIds: readonly number[];
}
