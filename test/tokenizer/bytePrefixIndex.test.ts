import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBytePrefixIndex } from '../../src/tokenizer/bytePrefixIndex';

const words = ['re', 'r', 'return', 'ret', '', 'Return', ' return', 'returning', '<|ret|>', 'retry', 'ret'];
const special = new Set([words.indexOf('<|ret|>')]);
const index = createBytePrefixIndex(
  words.map((word) => Buffer.from(word)),
  (id) => special.has(id),
);

test('tokens that begin with given bytes, those equal to them included', () => {
  expect(startingWith('ret')).toEqual(['ret', 'ret', 'retry', 'return', 'returning']);
  expect(startingWith('return')).toEqual(['return', 'returning']);
  expect(startingWith('returns')).toEqual([]);
  expect(startingWith('zz')).toEqual([]);
});

test('tokens that are the beginning of given bytes', () => {
  expect(properPrefixes('return')).toEqual(['r', 're', 'ret', 'ret']);
  expect(properPrefixes('returnx')).toEqual(['r', 're', 'ret', 'ret', 'return']);
  expect(properPrefixes('r')).toEqual([]);
  expect(properPrefixes('')).toEqual([]);
});

test('special tokens and empty tokens are not in the index', () => {
  expect(startingWith('<')).toEqual([]);
  expect(startingWith('').length).toBe(words.length - 2);
});

test('answers equal those of a plain search, for any vocabulary', () => {
  // Few byte values, zero among them, so that tokens share long beginnings and differ only in length.
  const byte = fc.constantFrom(0, 1, 127, 128, 255);
  const bytes = fc.array(byte, { maxLength: 7 }).map((values) => Uint8Array.from(values));
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 60 }), bytes, (tokens, key) => {
      const tested = createBytePrefixIndex(tokens, (id) => id % 7 === 0);
      const ordinary = [...tokens.keys()].filter((id) => id % 7 !== 0 && tokens[id]!.length > 0);
      const begins = (long: Uint8Array, short: Uint8Array) =>
        Buffer.compare(long.subarray(0, short.length), short) === 0;
      expect(new Set(tested.idsStartingWith(key))).toEqual(
        new Set(ordinary.filter((id) => begins(tokens[id]!, key))),
      );
      expect(new Set(tested.idsOfProperPrefixes(key))).toEqual(
        new Set(ordinary.filter((id) => begins(key, tokens[id]!) && tokens[id]!.length < key.length)),
      );
    }),
    { numRuns: 500 },
  );
});

function startingWith(prefix: string): string[] {
  return [...index.idsStartingWith(Buffer.from(prefix))].map((id) => words[id]!);
}

function properPrefixes(text: string): string[] {
  return index.idsOfProperPrefixes(Buffer.from(text)).map((id) => words[id]!);
}
