// Text of any UTF-16 code units, lone surrogates and unassigned ones among them: the same bytes come back, and no text
// becomes a special token. test/tokenizer compares the ids with those of another implementation.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { healPrompt } from '../../src/tokenizer/healing';
import { createTokenizer, type Tokenizer } from '../../src/tokenizer/tokenizer';
import type { PreTokenizerName } from '../../src/tokenizer/specification';
import { bytesOfName, tinyVocabulary } from '../support/tinyVocabulary';

const names: readonly PreTokenizerName[] = ['qwen2', 'llama-bpe', 'gpt-2'];
const { tokens, types } = tinyVocabulary;
const specialTokens = new Map(tokens.flatMap((name, id) => (types[id] === 1 ? [] : [[name, id] as const])));
let tokenizers: Tokenizer[];

beforeAll(() => {
  tokenizers = names.map((preTokenizer) =>
    createTokenizer({
      preTokenizer,
      tokenBytes: tokens.map((name, id) => (types[id] === 1 ? bytesOfName(name) : Buffer.from(name))),
      specialTokens,
      endOfTextIds: [...specialTokens.values()].slice(0, 1),
    }),
  );
});

afterAll(() => tokenizers.forEach((tokenizer) => tokenizer.dispose()));

const codeUnit = fc.oneof(
  fc.nat({ max: 0xffff }),
  fc.integer({ min: 0xd800, max: 0xdfff }),
  fc.constantFrom(0, 0x0a, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x3000, 0xfeff, 0xfffe, 0xffff),
);
const units = fc.array(codeUnit, { maxLength: 60 }).map((codes) => String.fromCharCode(...codes));
const specialNames = fc.constantFrom(...specialTokens.keys());
const texts = fc
  .array(fc.oneof(units, specialNames, fc.string()), { maxLength: 6 })
  .map((parts) => parts.join(''));
/** A run of one class that is longer than what is merged at once. */
const longTexts = fc
  .tuple(
    fc.constantFrom('a', 'é', '😀', ' ', '\n', '\ud83d', '1', '\0', '(', 'a\u0301'),
    fc.integer({ min: 100, max: 3000 }),
  )
  .map(([piece, count]) => piece.repeat(count));

test('the bytes of any text come back', () => {
  fc.assert(
    fc.property(fc.oneof({ arbitrary: texts, weight: 9 }, longTexts), (text) => {
      for (const tokenizer of tokenizers) {
        const ids = tokenizer.encode(text);
        expect(tokenizer.decodeBytes(ids)).toEqual(Buffer.from(text));
        expect(tokenizer.decode(ids)).toBe(Buffer.from(text).toString());
        expect(tokenizer.countTokens(text)).toBe(ids.length);
        expect(ids.filter((id) => types[id] !== 1)).toEqual([]);
      }
    }),
    { numRuns: 600, seed: 51 },
  );
});

test('a prompt of any text is healed without losing a byte', () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const tokenizer of tokenizers) {
        const { ids, remainingBytes } = healPrompt(tokenizer, text);
        expect(Buffer.concat([tokenizer.decodeBytes(ids), remainingBytes])).toEqual(Buffer.from(text));
      }
    }),
    { numRuns: 400, seed: 52 },
  );
});
