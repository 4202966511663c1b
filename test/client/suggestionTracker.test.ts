import { expect, test } from 'vitest';
import { SuggestionTracker } from '../../src/client/suggestions/suggestionTracker';

/** Shows `insertText`, then lets the text from its start become each of `typed`; the verdict after `standingMs`. */
function verdict(insertText: string, typed: readonly string[], standingMs = 1000): string {
  const rejected: number[] = [];
  const tracker = new SuggestionTracker((suggestionId) => rejected.push(suggestionId));
  const start = { line: 0, character: 0 };
  tracker.shown({ suggestionId: 1, uri: 'file:///a.ts', insertText, start }, 0);
  typed.forEach((text) => tracker.changed(text, standingMs));
  return rejected.length > 0 ? 'rejected' : tracker.current('file:///a.ts') ? 'undecided' : 'forgotten';
}

test.each([
  ['typing what was suggested', ['r', 're', 'ret'], 'undecided'],
  ['accepting a word of it', ['return '], 'undecided'],
  ['accepting all of it', ['return a;'], 'undecided'],
  ['accepting it and typing on', ['return a;', 'return a;\n'], 'undecided'],
  ['typing something else', ['x'], 'rejected'],
  ['typing some of it and then something else', ['re', 'rex'], 'rejected'],
  ['deleting', [''], 'rejected'],
])('%s', (_name, typed, expected) => {
  expect(verdict('return a;', typed)).toBe(expected);
});

test.each([
  ['a bracket that the editor closes', '(value);', ['()'], 'undecided'],
  ['and what stands in it', '(value);', ['()', '(v'], 'undecided'],
  ['a quote that the editor closes', 'log("a");', ['log("")'], 'undecided'],
  ['a line between two braces', '{\n  a();\n}', ['{}', '{\n  \n}'], 'undecided'],
  ['a line between braces that were there', '\n  a();\n', ['\n  \n'], 'undecided'],
  ['another bracket', '(value);', ['[]'], 'rejected'],
  ['something else in the bracket', '(value);', ['()', '(x'], 'rejected'],
  ['a bracket alone', 'value', [')'], 'rejected'],
])('typing %s', (_name, suggested, typed, expected) => {
  expect(verdict(suggested, typed)).toBe(expected);
});

test('typing on before it could be read is no rejection', () => {
  expect(verdict('return a;', ['x'], 300)).toBe('forgotten');
});

test('each suggestion is rejected at most once, and an accepted one never', () => {
  const rejected: number[] = [];
  const tracker = new SuggestionTracker((suggestionId) => rejected.push(suggestionId));
  const suggestion = { uri: 'file:///a.ts', insertText: 'abc', start: { line: 0, character: 0 } };
  tracker.shown({ ...suggestion, suggestionId: 1 }, 0);
  tracker.changed('x', 1000);
  tracker.changed('xy', 2000);
  tracker.shown({ ...suggestion, suggestionId: 2 }, 3000);
  tracker.accepted();
  tracker.changed('x', 5000);
  expect(rejected).toEqual([1]);
});
