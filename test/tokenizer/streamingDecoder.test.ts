import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStreamingDecoder } from '../../src/tokenizer/streamingDecoder';

test('a character is emitted with its last byte', () => {
  expect(
    stream(Buffer.from('a'), Uint8Array.of(0xf0, 0x9f), Uint8Array.of(0x98), Uint8Array.of(0x80, 0x62)),
  ).toEqual(['a', '', '', '😀b', '']);
});

test('what never completes is held back until flush', () => {
  expect(stream(Buffer.from('a'), Uint8Array.of(0xe4, 0xb8))).toEqual(['a', '', '\ufffd']);
});

test('a byte that cannot continue the character ends it', () => {
  expect(stream(Uint8Array.of(0xe4, 0xb8), Buffer.from('x'))).toEqual(['', '\ufffdx', '']);
});

test('a byte order mark is text', () => {
  expect(stream(Uint8Array.of(0xef, 0xbb), Uint8Array.of(0xbf), Buffer.from('a'))).toEqual([
    '',
    '\ufeff',
    'a',
    '',
  ]);
});

test('the decoder starts afresh after flush', () => {
  const decoder = createStreamingDecoder({ tokenBytes: (id) => Uint8Array.of(id) });
  expect([decoder.push(0xe4), decoder.flush(), decoder.push(0x61), decoder.flush()]).toEqual([
    '',
    '\ufffd',
    'a',
    '',
  ]);
});

test('all parts together equal the text, however its bytes are split', () => {
  const cuts = fc.array(fc.nat({ max: 400 }));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), cuts, (text, positions) => {
      const parts = stream(...split(Buffer.from(text), positions));
      expect(parts.join('')).toBe(text);
      expect(parts.slice(0, -1).filter((part) => !text.includes(part))).toEqual([]);
    }),
  );
});

test('bytes that are not UTF-8 give the same text as when decoded whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat({ max: 60 })), (bytes, positions) => {
      expect(stream(...split(bytes, positions)).join('')).toBe(Buffer.from(bytes).toString('utf8'));
    }),
    { numRuns: 1000 },
  );
});

/** What each push gives for tokens of these bytes, and what flush gives. */
function stream(...tokens: Uint8Array[]): string[] {
  const decoder = createStreamingDecoder({ tokenBytes: (id) => tokens[id]! });
  return [...tokens.map((_, id) => decoder.push(id)), decoder.flush()];
}

function split(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const cuts = [0, ...positions.filter((position) => position < bytes.length), bytes.length].sort(
    (a, b) => a - b,
  );
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}
