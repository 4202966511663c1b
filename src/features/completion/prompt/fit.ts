import type { CompletionTokenizer } from './tokenizer';

/** The longest end of `text`, found in coarse steps, that costs at most `maxTokens`. */
export function fitEnd(text: string, maxTokens: number, tokenizer: CompletionTokenizer): string {
  return fit(maxTokens, tokenizer, text.length, (length) => text.slice(text.length - length));
}

/** The longest beginning of `text`, found in coarse steps, that costs at most `maxTokens`. */
export function fitStart(text: string, maxTokens: number, tokenizer: CompletionTokenizer): string {
  return fit(maxTokens, tokenizer, text.length, (length) => text.slice(0, length));
}

/** Text of the usual kind, at four characters a token or less, fits at the first try. */
const CHARACTERS_PER_TOKEN = 4;
const STEP = 0.7;

function fit(
  maxTokens: number,
  tokenizer: CompletionTokenizer,
  totalLength: number,
  part: (length: number) => string,
): string {
  let length = Math.min(totalLength, maxTokens * CHARACTERS_PER_TOKEN);
  while (length > 0 && tokenizer.countTokens(part(length)) > maxTokens) {
    length = Math.floor(length * STEP);
  }
  return part(length);
}
