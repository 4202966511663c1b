import { expect, test } from 'vitest';
import { planHeadParts } from '../../src/model/headParts';
import { tinyVocabulary } from '../support/tinyVocabulary';

const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
const words = (count: number, word: string) =>
  Array.from({ length: count }, (_, index) => Buffer.from(`${word}${index}`));

function plan(tokenBytes: readonly Uint8Array[], specialNames: readonly string[] = []) {
  const specialTokens = new Map(specialNames.map((name, index) => [name, tokenBytes.length + index]));
  const all = [...tokenBytes, ...specialNames.map((name) => Buffer.from(name))];
  return planHeadParts({ preTokenizer: 'qwen2', tokenBytes: all, specialTokens, endOfTextIds: [] });
}

test('words of other scripts behind an English vocabulary are a part of their own', () => {
  const parts = plan([...bytes, ...words(4_864, 'code'), ...words(4_000, '語')], ['<|end|>', '<|middle|>']);
  expect(parts).toEqual([
    { firstId: 0, idCount: 5_120, isRare: false },
    { firstId: 5_120, idCount: 4_000, isRare: true },
    { firstId: 9_120, idCount: 2, isRare: false },
  ]);
});

test('a vocabulary without such a part stays whole', () => {
  expect(plan([...bytes, ...words(5_000, 'code'), ...words(1_000, '語')], ['<|end|>'])).toEqual([
    { firstId: 0, idCount: 6_257, isRare: false },
  ]);
  expect(plan(tinyVocabulary.tokens.map((token) => Buffer.from(token)))).toHaveLength(1);
});

test('single bytes are never rare', () => {
  const parts = plan([...words(4_864, 'code'), ...words(4_000, '語'), ...bytes]);
  expect(parts).toEqual([{ firstId: 0, idCount: 9_120, isRare: false }]);
});
