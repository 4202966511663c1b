import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TextRange } from '../../src/base/textRange';
import { addEdit, moveRange, withoutRange, type TextChange } from '../../src/server/bugs/textChange';

/** A text of distinct letters, so that a letter tells where it came from. */
const original = 'abcdefghijklmnopqrstuvwxyz';

interface Edit extends TextChange {
  readonly text: string;
}

/** Edits one after the other; what is typed is upper case. */
const edits = fc.array(fc.tuple(fc.nat(30), fc.nat(5), fc.nat(4)), { maxLength: 6 }).map((numbers) => {
  let length = original.length;
  return numbers.map(([at, deletedLength, newLength]): Edit => {
    const start = Math.min(at, length);
    const end = Math.min(start + deletedLength, length);
    length += newLength - (end - start);
    return { range: { start, end }, newLength, text: 'X'.repeat(newLength) };
  });
});

function apply(text: string, { range, text: typed }: Edit): string {
  return text.slice(0, range.start) + typed + text.slice(range.end);
}

test('a range that no edit touched holds the same text afterwards', () => {
  fc.assert(
    fc.property(edits, fc.nat(20), fc.nat(5), (changes, start, length) => {
      let text = original;
      let range: TextRange | undefined = { start, end: start + length };
      const expected = text.slice(start, start + length);
      for (const change of changes) {
        range = range && moveRange(range, change);
        text = apply(text, change);
      }
      if (range !== undefined) {
        expect(text.slice(range.start, range.end)).toBe(expected);
      }
    }),
  );
});

test('everything typed lies in the edits, which are in order and apart', () => {
  fc.assert(
    fc.property(edits, (changes) => {
      let text = original;
      let known: readonly TextRange[] = [];
      for (const change of changes) {
        known = addEdit(known, change);
        text = apply(text, change);
      }
      known.forEach(({ start, end }, index) => {
        expect(start).toBeLessThanOrEqual(end);
        expect(start).toBeGreaterThan(known[index - 1]?.end ?? -1);
      });
      const untouched = [...text].filter(
        (_, offset) => !known.some(({ start, end }) => start <= offset && offset < end),
      );
      expect(untouched).not.toContain('X');
    }),
  );
});

test('a deletion leaves an edit without length where it was', () => {
  expect(addEdit([], { range: { start: 3, end: 7 }, newLength: 0 })).toEqual([{ start: 3, end: 3 }]);
});

test('edits in a range that was read are done, and others are cut at its edges', () => {
  const known = [
    { start: 0, end: 4 },
    { start: 6, end: 6 },
    { start: 8, end: 20 },
    { start: 30, end: 31 },
  ];
  expect(withoutRange(known, { start: 5, end: 10 })).toEqual([
    { start: 0, end: 4 },
    { start: 10, end: 20 },
    { start: 30, end: 31 },
  ]);
});
