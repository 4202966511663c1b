import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TokenConstraint } from '../../src/engine/engine';
import { createHealingConstraint, healPrompt } from '../../src/tokenizer/healing';
import { createTokenizer, type Tokenizer } from '../../src/tokenizer/tokenizer';
import { readDefaultVocabulary } from '../support/defaultVocabulary';

let tokenizer: Tokenizer;
let specialIds: Set<number>;

beforeAll(async () => {
  const { specification } = await readDefaultVocabulary();
  tokenizer = createTokenizer(specification);
  specialIds = new Set(specification.specialTokens.values());
});

afterAll(() => tokenizer.dispose());

describe('healPrompt', () => {
  // `kept|dropped`
  test.each([
    ['    return x.ge|', '    return x|.ge'],
    ['  con|', ' | con'],
    ['foo(|', 'foo|('],
    ['x|', '|x'],
    ['        |', '|        '],
    ['a, |', 'a,| '],
    ['|', '|'],
  ])('%s becomes %s', (typed, expected) => {
    const { ids, remainingBytes } = healPrompt(tokenizer, typed.slice(0, -1));
    expect(`${tokenizer.decode(ids)}|${Buffer.from(remainingBytes).toString()}`).toBe(expected);
  });

  test('what is kept never ends inside a character', () => {
    const rare = '𓀀'; // Four bytes in several tokens.
    expect(tokenizer.encode(rare).length).toBeGreaterThan(2);
    const { ids, remainingBytes } = healPrompt(tokenizer, `x = '${rare}`);
    expect(tokenizer.decode(ids)).not.toContain('\ufffd');
    expect(Buffer.from(remainingBytes).toString()).toContain(rare);
  });

  test('kept and dropped together are the typed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (typed) => {
        const { ids, remainingBytes } = healPrompt(tokenizer, typed);
        expect(tokenizer.decode(ids) + Buffer.from(remainingBytes).toString()).toBe(typed);
        expect(remainingBytes.length > 0).toBe(typed.length > 0);
      }),
    );
  });
});

describe('the healing constraint', () => {
  test('allows what agrees with the dropped text and nothing else', () => {
    const constraint = createHealingConstraint(tokenizer, Buffer.from('.get'));
    const allowed = new Set([...constraint.allowedIds()!].map((id) => tokenizer.decode([id])));
    for (const token of ['.', '.g', '.ge', '.get', '.getElementById', '.getString']) {
      expect(allowed).toContain(token);
    }
    for (const token of ['.set', 'get', '.gu', '<|endoftext|>', '']) {
      expect(allowed).not.toContain(token);
    }
  });

  test('nothing dropped: every token is allowed', () => {
    expect(createHealingConstraint(tokenizer, new Uint8Array()).allowedIds()).toBeUndefined();
  });

  test('the name of a special token is healed as text', () => {
    const constraint = createHealingConstraint(tokenizer, Buffer.from('<|endoftext|>'));
    expect([...constraint.allowedIds()!].filter((id) => specialIds.has(id))).toEqual([]);
  });

  test('a token that disagrees is refused', () => {
    const constraint = createHealingConstraint(tokenizer, Buffer.from('.get'));
    expect(() => constraint.accept(tokenizer.encode('.set')[0]!)).toThrow('does not agree');
  });

  test('any walk through the allowed tokens reproduces the dropped text first', () => {
    const bytes = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
    );
    fc.assert(
      fc.property(bytes, fc.infiniteStream(fc.nat()), (remainingBytes, choices) => {
        const constraint: TokenConstraint = createHealingConstraint(tokenizer, remainingBytes);
        const walked: number[] = [];
        for (
          let allowed = constraint.allowedIds();
          allowed !== undefined;
          allowed = constraint.allowedIds()
        ) {
          const ids = [...allowed];
          expect(ids.length).toBeGreaterThan(0);
          expect(ids.some((id) => specialIds.has(id))).toBe(false);
          const id = ids[(choices.next().value as number) % ids.length]!;
          constraint.accept(id);
          walked.push(id);
        }
        const reproduced = tokenizer.decodeBytes(walked).subarray(0, remainingBytes.length);
        expect(Buffer.compare(reproduced, remainingBytes)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
