import { Tiktoken } from 'tiktoken/lite';
import type { Disposable } from '../base/disposables';
import { createBytePrefixIndex, type BytePrefixIndex } from './bytePrefixIndex';
import { splitLongRuns } from './longRuns';
import { preTokenizerPatterns } from './preTokenizers';
import { createRankTable } from './rankTable';
import type { TokenizerSpecification } from './specification';

/** Text to token ids and back, for one model's vocabulary. */
export interface Tokenizer extends Disposable {
  readonly vocabularySize: number;
  /** Ids after which generation stops. */
  readonly endOfTextIds: readonly number[];
  /**
   * The ids of `text` as ordinary text: the name of a special token stays text. Without normalisation, so that
   * decoding gives the same bytes; a lone surrogate becomes U+FFFD, as in any conversion to UTF-8.
   */
  encode(text: string): number[];
  /** `encode(text).length`, without making the list. */
  countTokens(text: string): number;
  /** The text of `ids`; bytes that are not UTF-8 become U+FFFD. Throws a RangeError for an unknown id. */
  decode(ids: readonly number[]): string;
  /** The bytes of `ids`, one token's after the other's. Throws a RangeError for an unknown id. */
  decodeBytes(ids: readonly number[]): Uint8Array;
  /** The bytes of one token, not to be changed. Throws a RangeError for an unknown id. */
  tokenBytes(id: number): Uint8Array;
  /** The id of a special token such as `<|fim_prefix|>`, or undefined when the model has none of that name. */
  specialId(name: string): number | undefined;
  /** Ordinary tokens by the bytes they begin with. Made at the first call, which takes tens of milliseconds. */
  bytePrefixIndex(): BytePrefixIndex;
  /** Releases the WebAssembly memory; nothing can be encoded afterwards. Idempotent. */
  dispose(): void;
}

/**
 * A tokenizer on tiktoken (WebAssembly). Takes about 250 ms for 150,000 tokens in a fresh process, nearly all of
 * it in tiktoken, which builds its tables from the rank table; making that table takes about 20 ms, so it is not
 * kept in a file.
 * Throws a `UserError` (`unsupported-model`) when the vocabulary is not byte-level.
 */
export function createTokenizer(specification: TokenizerSpecification): Tokenizer {
  const { tokenBytes: bytesOfTokens, specialTokens, endOfTextIds } = specification;
  const specialIds = new Set(specialTokens.values());
  const isSpecial = (id: number) => specialIds.has(id);
  const tiktoken = new Tiktoken(
    createRankTable(bytesOfTokens, isSpecial),
    {}, // tiktoken needs no special tokens: it is only asked to encode ordinary text.
    preTokenizerPatterns[specification.preTokenizer],
  );
  let disposed = false;
  let prefixIndex: BytePrefixIndex | undefined;

  function encodeParts(text: string): Uint32Array[] {
    if (disposed) {
      throw new Error('the tokenizer was used after it was disposed');
    }
    return splitLongRuns(text).map((part) => tiktoken.encode_ordinary(part));
  }

  function tokenBytes(id: number): Uint8Array {
    const bytes = bytesOfTokens[id];
    if (bytes === undefined) {
      throw new RangeError(`token id ${id} is not in the vocabulary of ${bytesOfTokens.length} tokens`);
    }
    return bytes;
  }

  const decodeBytes = (ids: readonly number[]) => Buffer.concat(ids.map(tokenBytes));

  return {
    vocabularySize: bytesOfTokens.length,
    endOfTextIds,
    encode: (text) => encodeParts(text).flatMap((part) => Array.from(part)),
    countTokens: (text) => encodeParts(text).reduce((count, part) => count + part.length, 0),
    decode: (ids) => decodeBytes(ids).toString('utf8'),
    decodeBytes,
    tokenBytes,
    specialId: (name) => specialTokens.get(name),
    bytePrefixIndex: () => (prefixIndex ??= createBytePrefixIndex(bytesOfTokens, isSpecial)),
    dispose() {
      if (!disposed) {
        disposed = true;
        tiktoken.free();
      }
    },
  };
}
