import type { PreTokenizerName } from './specification';

/**
 * The pattern that cuts text into pieces before byte pairs are merged; no token crosses a piece. Each is the
 * model family's own pattern, as its tokenizer.json spells it; `tokenizer.ggml.pre` only names it, and the same
 * names and patterns stand in llama.cpp's src/llama-vocab.cpp (there with `(?i:…)` written out, and without the
 * last `\s+` of gpt-2, because llama.cpp keeps unmatched text as a piece of its own while tiktoken drops it).
 * Syntax: Rust's fancy-regex. The longest piece that a pattern can make is bounded by `splitLongRuns`.
 */
export const preTokenizerPatterns: Readonly<Record<PreTokenizerName, string>> = {
  // tokenizer.json of Qwen/Qwen2.5-Coder-0.5B-Instruct; LLAMA_VOCAB_PRE_TYPE_QWEN2.
  qwen2: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  // tokenizer.json of meta-llama/Meta-Llama-3-8B; LLAMA_VOCAB_PRE_TYPE_LLAMA3. Numbers go in threes.
  'llama-bpe': String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  // openai/gpt-2 src/encoder.py; LLAMA_VOCAB_PRE_TYPE_GPT2.
  'gpt-2': String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  // tokenizer.json of bigcode/starcoder2-3b; LLAMA_VOCAB_PRE_TYPE_STARCODER. Both cut out single digits first and then
  // apply the pattern of gpt-2 to what is between them, where white space before a digit is at an end of the text.
  starcoder: String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+`,
};
