import { expect, test } from 'vitest';
import { PromptLookup } from '../../src/engine/promptLookup';

function lookupOf(...ids: number[]): PromptLookup {
  const lookup = new PromptLookup(1000);
  lookup.append(ids);
  return lookup;
}

test('continues the last three tokens as they were continued before', () => {
  expect(lookupOf(1, 2, 3, 4, 5, 6, 1, 2, 3).draft(3)).toEqual([4, 5, 6]);
});

test('prefers the latest earlier occurrence', () => {
  expect(lookupOf(1, 2, 3, 7, 0, 1, 2, 3, 8, 0, 1, 2, 3).draft(1)).toEqual([8]);
});

test('falls back to the last two tokens', () => {
  expect(lookupOf(9, 2, 3, 4, 5, 8, 2, 3).draft(2)).toEqual([4, 5]);
});

test('proposes nothing for a pair seen only at the very end', () => {
  expect(lookupOf(1, 2, 3, 4).draft(4)).toEqual([]);
  expect(lookupOf(1).draft(4)).toEqual([]);
});

test('never proposes more than was asked for, nor beyond the end', () => {
  expect(lookupOf(1, 2, 3, 4, 1, 2, 3).draft(2)).toEqual([4, 1]);
  expect(lookupOf(1, 2, 3, 1, 2, 3).draft(9)).toEqual([1, 2, 3]);
});

test('does not confuse n-grams whose packed numbers are close', () => {
  // 1, 999 and 2, 0 differ by one in "1 * 1000 + 999" and "2 * 1000 + 0".
  expect(lookupOf(1, 999, 5, 6, 2, 0).draft(2)).toEqual([]);
});
