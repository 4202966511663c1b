import type { Tokenizer } from '../../../tokenizer/tokenizer';

/** What completion asks of a tokenizer. */
export type CompletionTokenizer = Pick<
  Tokenizer,
  'encode' | 'countTokens' | 'decodeBytes' | 'tokenBytes' | 'specialId' | 'endOfTextIds' | 'bytePrefixIndex'
>;
