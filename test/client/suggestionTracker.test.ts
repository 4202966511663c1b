import { expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { SuggestionTracker } from '../../src/client/suggestions/suggestionTracker';
import { parseCursor } from '../support/markers';

const uri = 'file:///a.ts';

/** A document in which suggestions stand at `█`, and what the tracker makes of edits to it. */
function setUp(marked: string) {
  const { text, offset } = parseCursor(marked);
  const document = TextDocument.create(uri, 'typescript', 1, text);
  const cursor = document.positionAt(offset);
  const rejected: number[] = [];
  const tracker = new SuggestionTracker((suggestionId) => rejected.push(suggestionId));
  return {
    tracker,
    rejected,
    show: (insertTexts: readonly string[], replacedLength = 0, firstId = 1) => {
      const suggestions = insertTexts.map((insertText, index) => ({
        suggestionId: firstId + index,
        insertText,
      }));
      const start = document.positionAt(offset - replacedLength);
      tracker.shown({ uri, range: { start, end: cursor }, suggestions }, 0);
    },
    /** The document becomes `after` in one edit, the smallest that does it. */
    change: (after: string, nowMs = 1000) => {
      const before = document.getText();
      const start = commonLength(before, after);
      const most = Math.min(before.length, after.length) - start;
      const kept = Math.min(
        most,
        commonLength([...before].reverse().join(''), [...after].reverse().join('')),
      );
      const range = {
        start: document.positionAt(start),
        end: document.positionAt(before.length - kept),
      };
      const edit = { range, text: after.slice(start, after.length - kept) };
      TextDocument.update(document, [edit], document.version + 1);
      tracker.changed([edit], (at) => document.getText(at), nowMs);
    },
    verdict: () =>
      rejected.length > 0
        ? `rejected ${rejected.join()}`
        : tracker.isTracking(uri)
          ? 'undecided'
          : 'forgotten',
  };
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < Math.min(one.length, other.length) && one[length] === other[length]) {
    length += 1;
  }
  return length;
}

/** Shows `insertText` in an empty document, which then becomes each of `typed`. */
function verdict(insertText: string, typed: readonly string[], standingMs = 1000): string {
  const scene = setUp('█');
  scene.show([insertText]);
  typed.forEach((text) => scene.change(text, standingMs));
  return scene.verdict();
}

test.each([
  ['typing what was suggested', ['r', 're', 'ret'], 'undecided'],
  ['accepting a word of it', ['return '], 'undecided'],
  ['accepting all of it', ['return a;'], 'undecided'],
  ['accepting it and typing on', ['return a;', 'return a;\n'], 'undecided'],
  ['typing something else', ['x'], 'rejected 1'],
  ['typing some of it and then something else', ['re', 'rex'], 'rejected 1'],
  ['typing some of it and taking back a part', ['ret', 're'], 'undecided'],
  ['typing some of it and taking it back', ['re', ''], 'forgotten'],
  ['typing some of it, taking back a part and then something else', ['ret', 're', 'rex'], 'rejected 1'],
])('%s', (_name, typed, expected) => {
  expect(verdict('return a;', typed)).toBe(expected);
});

test.each([
  ['a bracket that the editor closes', '(value);', ['()'], 'undecided'],
  ['and what stands in it', '(value);', ['()', '(v)'], 'undecided'],
  ['a quote that the editor closes', 'log("a");', ['log("")'], 'undecided'],
  ['a line between two braces', '{\n  a();\n}', ['{}', '{\n  \n}'], 'undecided'],
  ['a line between braces that were there', '\n  a();\n', ['\n  \n'], 'undecided'],
  ['another bracket', '(value);', ['[]'], 'rejected 1'],
  ['something else in the bracket', '(value);', ['()', '(x)'], 'rejected 1'],
  ['a bracket alone', 'value', [')'], 'rejected 1'],
])('typing %s', (_name, suggested, typed, expected) => {
  expect(verdict(suggested, typed)).toBe(expected);
});

test.each([
  ['Backspace', '  ret\n', 'forgotten'],
  ['Delete at the end of the line', '  retu', 'forgotten'],
  ['the rest of the word, from the list of suggestions', '  return\n', 'undecided'],
  ['another word, from the list of suggestions', '  retune\n', 'rejected 1'],
  ['a line above', 'import a;\n  retu\n', 'undecided'],
  ['spaces earlier on the line', '    retu\n', 'undecided'],
  ['a line below', '  retu\n\nfoo();\n', 'undecided'],
  ['all of the file', 'other\n', 'forgotten'],
])('a change that says nothing, or something: %s', (_name, after, expected) => {
  const scene = setUp('  retu█\n');
  scene.show(['rn value;']);
  scene.change(after);
  expect(scene.verdict()).toBe(expected);
});

test('the line break that saving adds is no rejection', () => {
  const scene = setUp('retu█');
  scene.show(['rn value;']);
  scene.change('retu\n');
  expect(scene.verdict()).toBe('forgotten');
});

test('what is typed where a suggestion has moved to is compared with it', () => {
  const scene = setUp('retu█\n');
  scene.show(['rn value;']);
  scene.change('import a;\nimport b;\nretu\n');
  scene.change('import a;\nimport b;\nretur\n');
  expect(scene.verdict()).toBe('undecided');
  scene.change('import a;\nimport b;\nreturx\n');
  expect(scene.verdict()).toBe('rejected 1');
});

test('a suggestion that replaces the beginning of its word is compared with all of it', () => {
  const scene = setUp('let a = re█;\n');
  scene.show(['return value;'], 2);
  scene.change('let a = ret;\n');
  scene.change('let a = re;\n');
  expect(scene.verdict()).toBe('undecided');
  scene.change('let a = rex;\n');
  expect(scene.verdict()).toBe('rejected 1');
});

test('accepting another of several suggestions is no rejection of the first', () => {
  const scene = setUp('retu█');
  scene.show(['rn value;', 'rn other;', 'rn;']);
  scene.change('return other;');
  expect(scene.verdict()).toBe('undecided');
});

test('whoever types neither of several suggestions rejects the first that was left', () => {
  const scene = setUp('retu█');
  scene.show(['rn value;', 'rn other;', 'rn;']);
  scene.change('return o');
  scene.change('return ox');
  expect(scene.verdict()).toBe('rejected 2');
});

test('typing on before it could be read is no rejection', () => {
  expect(verdict('return a;', ['x'], 300)).toBe('forgotten');
});

test('each suggestion is rejected at most once, and an accepted one never', () => {
  const scene = setUp('█');
  scene.show(['abc']);
  scene.change('x');
  scene.change('xy');
  scene.show(['abc'], 0, 2);
  scene.tracker.accepted();
  scene.change('z');
  expect(scene.rejected).toEqual([1]);
});
