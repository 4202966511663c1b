import fc from 'fast-check';
import { createRequire } from 'node:module';
import { Tiktoken } from 'tiktoken/lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PreTokenizerName, TokenizerSpecification } from '../../src/tokenizer/specification';
import { createTokenizer, type Tokenizer } from '../../src/tokenizer/tokenizer';
import { readDefaultVocabulary, type DefaultVocabulary } from '../support/defaultVocabulary';
import { handMade, readRealFile, realFiles } from './sampleTexts';

let vocabulary: DefaultVocabulary;
let tokenizer: Tokenizer;

beforeAll(async () => {
  vocabulary = await readDefaultVocabulary();
  tokenizer = createTokenizer(vocabulary.specification);
});

afterAll(() => tokenizer.dispose());

describe('ids equal those of an independent implementation', () => {
  test.each(Object.entries(realFiles))('%s', (_language, path) => {
    const text = readRealFile(path);
    expect(tokenizer.encode(text)).toEqual(vocabulary.referenceEncode(text));
  });

  test.each(Object.entries(handMade))('%s', (_name, text) => {
    expect(tokenizer.encode(text)).toEqual(vocabulary.referenceEncode(text));
  });

  test('any mixture of what pre-tokenizers tell apart', () => {
    const pieces = [
      'a',
      'The',
      'return',
      'é',
      '中',
      'の',
      '1',
      '42',
      '٣',
      ' ',
      '  ',
      '\t',
      '\n',
      '\r\n',
      '\u00a0',
    ];
    const others = [
      "'s",
      "'LL",
      "'",
      '"',
      '(',
      '){',
      '=>',
      '//',
      '_',
      '.',
      '😀',
      '\u0301',
      '\u200d',
      '\u0000',
    ];
    const mixture = fc.array(fc.constantFrom(...pieces, ...others), { maxLength: 40 });
    fc.assert(
      fc.property(mixture, (parts) => {
        const text = parts.join('');
        expect(tokenizer.encode(text)).toEqual(vocabulary.referenceEncode(text));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Other families' patterns, on vocabularies that tiktoken ships together with the pattern they were made for. */
test.each<[PreTokenizerName, string]>([
  ['gpt-2', 'gpt2'],
  ['llama-bpe', 'cl100k_base'], // Llama 3 took over this pattern unchanged.
])('%s cuts text as the pattern of %s does', (preTokenizer, encodingName) => {
  const require = createRequire(import.meta.url);
  const encoding = require(`tiktoken/encoders/${encodingName}.json`) as {
    bpe_ranks: string;
    pat_str: string;
  };
  const expected = new Tiktoken(encoding.bpe_ranks, {}, encoding.pat_str);
  const actual = createTokenizer({
    preTokenizer,
    tokenBytes: parseRanks(encoding.bpe_ranks),
    specialTokens: new Map(),
    endOfTextIds: [],
  });
  for (const text of [...Object.values(handMade), readRealFile(realFiles['C++']!)]) {
    expect(actual.encode(text)).toEqual([...expected.encode_ordinary(text)]);
  }
  actual.dispose();
  expected.free();
});

test('starcoder cuts digits out first, and what is between them as gpt-2 does', () => {
  const require = createRequire(import.meta.url);
  const { bpe_ranks: ranks, pat_str: pattern } = require('tiktoken/encoders/gpt2.json') as {
    bpe_ranks: string;
    pat_str: string;
  };
  const gpt2 = new Tiktoken(ranks, {}, pattern);
  const starcoder = createTokenizer({
    preTokenizer: 'starcoder',
    tokenBytes: parseRanks(ranks),
    specialTokens: new Map(),
    endOfTextIds: [],
  });
  const inTwoSteps = (text: string) =>
    text.split(/(\p{N})/u).flatMap((part) => Array.from(gpt2.encode_ordinary(part)));
  for (const text of [...Object.values(handMade), readRealFile(realFiles['C++']!)]) {
    expect(starcoder.encode(text)).toEqual(inTwoSteps(text));
  }
  const pieces = [
    'a',
    'the',
    ' ',
    '  ',
    '\t',
    '\n',
    '\r\n',
    '1',
    '42',
    '٣',
    "'s",
    "'",
    '(',
    '){',
    '_',
    '中',
    '\u00a0',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      expect(starcoder.encode(text)).toEqual(inTwoSteps(text));
    }),
    { numRuns: 2000 },
  );
  starcoder.dispose();
  gpt2.free();
});

test('encode gives the same bytes back, for any well-formed text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const ids = tokenizer.encode(text);
      expect(tokenizer.decodeBytes(ids)).toEqual(Buffer.from(text));
      expect(tokenizer.decode(ids)).toBe(text);
      expect(tokenizer.countTokens(text)).toBe(ids.length);
    }),
    { numRuns: 1000 },
  );
});

test('the name of a special token stays text', () => {
  const { specialTokens } = vocabulary.specification;
  const ids = tokenizer.encode([...specialTokens.keys()].join(' x '));
  expect(ids.filter((id) => [...specialTokens.values()].includes(id))).toEqual([]);
});

test('special tokens are found by name and decode to it', () => {
  const id = tokenizer.specialId('<|fim_middle|>');
  expect(id).toBe(151660);
  expect(tokenizer.decode([id!])).toBe('<|fim_middle|>');
  expect(tokenizer.specialId('<|no_such_token|>')).toBeUndefined();
  expect(tokenizer.specialId('the')).toBeUndefined();
  expect([tokenizer.vocabularySize, tokenizer.endOfTextIds]).toEqual([151936, [151645]]);
});

test('a byte order mark is text', () => {
  expect(tokenizer.decode(tokenizer.encode('\ufeffa'))).toBe('\ufeffa');
});

describe('hostile text', () => {
  const megabyte = 1 << 20;
  test.each([
    ['letters', 'a'.repeat(megabyte)],
    ['spaces', ' '.repeat(megabyte)],
    ['spaces before a word', `${' '.repeat(megabyte)}x`],
    ['new lines', '\r\n'.repeat(megabyte / 2)],
    ['signs', '='.repeat(megabyte)],
    ['digits', '7'.repeat(megabyte)],
    ['ideographs', '漢'.repeat(megabyte / 4)],
    ['emoji, an odd character first', `(${'😀'.repeat(megabyte / 4)}`],
    ['NUL', '\0'.repeat(megabyte)],
  ])('a megabyte of %s is encoded exactly', (_name, text) => {
    expect(tokenizer.decode(tokenizer.encode(text)) === text).toBe(true);
  });

  test('lone surrogates become U+FFFD', () => {
    expect(tokenizer.decode(tokenizer.encode('a\ud83db\udc00'))).toBe('a\ufffdb\ufffd');
    const run = `x${'\ud83d'.repeat(2000)}`;
    expect(tokenizer.decode(tokenizer.encode(run))).toBe(`x${'\ufffd'.repeat(2000)}`);
  });

  test('a run of ordinary length is not cut', () => {
    const text = `// ${'-'.repeat(500)}\n${' '.repeat(400)}x = '${'中'.repeat(500)}'; ${'word '.repeat(500)}`;
    expect(tokenizer.encode(text)).toEqual(vocabulary.referenceEncode(text));
  });
});

test('an unknown id is refused', () => {
  expect(() => tokenizer.decode([151936])).toThrow(
    'token id 151936 is not in the vocabulary of 151936 tokens',
  );
  expect(() => tokenizer.tokenBytes(-1)).toThrow(RangeError);
});

test('a vocabulary that cannot spell every text is refused', () => {
  const specification: TokenizerSpecification = {
    preTokenizer: 'qwen2',
    tokenBytes: [Buffer.from('a'), Buffer.from('b')],
    specialTokens: new Map(),
    endOfTextIds: [],
  };
  expect(() => createTokenizer(specification)).toThrow(
    expect.objectContaining({
      code: 'unsupported-model',
      message: "The model's vocabulary has tokens for only 2 of the 256 byte values.",
    }),
  );
});

test('special tokens and gaps may stand anywhere in the vocabulary', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const small = createTokenizer({
    preTokenizer: 'gpt-2',
    tokenBytes: [Buffer.from('<s>'), ...bytes, new Uint8Array(), Buffer.from('ab'), Buffer.from('</s>')],
    specialTokens: new Map([
      ['<s>', 0],
      ['</s>', 259],
    ]),
    endOfTextIds: [259],
  });
  expect(small.encode('ab<s>')).toEqual([258, 61, 116, 63]);
  small.dispose();
});

test('nothing can be encoded after dispose, which may be called twice', () => {
  const other = createTokenizer(vocabulary.specification);
  other.dispose();
  other.dispose();
  expect(() => other.encode('a')).toThrow('disposed');
});

/** tiktoken's rank text: lines of `! firstId token token …`. */
function parseRanks(ranks: string): Uint8Array[] {
  const tokenBytes: Uint8Array[] = [];
  for (const line of ranks.split('\n')) {
    const [, firstId, ...tokens] = line.split(' ');
    tokens.forEach((token, index) => (tokenBytes[Number(firstId) + index] = Buffer.from(token, 'base64')));
  }
  return tokenBytes;
}
