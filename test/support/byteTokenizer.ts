import { createBytePrefixIndex } from '../../src/tokenizer/bytePrefixIndex';
import type { Tokenizer } from '../../src/tokenizer/tokenizer';

const specialNames = [
  '<|endoftext|>',
  '<|fim_prefix|>',
  '<|fim_suffix|>',
  '<|fim_middle|>',
  '<|repo_name|>',
  '<|file_sep|>',
  '<|im_start|>',
  '<|im_end|>',
];
const firstSpecialId = 256;

/** A tokenizer whose tokens are the 256 bytes, and the special tokens of Qwen2.5-Coder. */
export const byteTokenizer: Tokenizer = {
  encode: (text) => [...new TextEncoder().encode(text)],
  countTokens: (text) => new TextEncoder().encode(text).length,
  // Special tokens show as their name, so that a prompt can be read in a test.
  decode: (ids) => decodeBytes(ids).toString('utf8'),
  decodeBytes,
  tokenBytes,
  specialId: (name) => {
    const index = specialNames.indexOf(name);
    return index < 0 ? undefined : firstSpecialId + index;
  },
  endOfTextIds: [firstSpecialId],
  vocabularySize: firstSpecialId + specialNames.length,
  bytePrefixIndex: () => prefixIndex,
  dispose: () => undefined,
};

const prefixIndex = createBytePrefixIndex(
  Array.from({ length: firstSpecialId }, (_, id) => Uint8Array.of(id)),
  () => false,
);

function decodeBytes(ids: readonly number[]): Buffer {
  return Buffer.concat(ids.map(tokenBytes));
}

function tokenBytes(id: number): Uint8Array {
  const special = specialNames[id - firstSpecialId];
  return special === undefined ? Uint8Array.of(id) : new TextEncoder().encode(special);
}
