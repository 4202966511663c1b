import { expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { rangeAfter } from '../../src/client/assist/rangeAfter';

test.each([
  ['a line above', '[]first\n<two\nlines>\n', 'new\n', '<two\nlines>'],
  ['a line right before', 'first\n[]<two\nlines>\n', 'new\n', '<two\nlines>'],
  ['lines above go', '[first\nsecond\n]<two\nlines>\n', '', '<two\nlines>'],
  ['on the same line', 'let [x] = <code>;\n', 'longer', '<code>'],
  ['the lines become one', 'let x =[\n  ]<code>;\n', ' ', '<code>'],
  ['inside', '<two\n[]lines>\n', 'more\r\nand ', '<two\nmore\r\nand lines>'],
  ['right behind', '<two\nlines>[]\n', '\nnew', '<two\nlines>'],
  ['below', '<two\nlines>\n[]', 'new', '<two\nlines>'],
  ['all of it', 'a [<two\nlines>] b', 'other', '<other>'],
  ['over its start', 'a [b <two]\nlines>', 'c', '<c\nlines>'],
  ['over its end', '<two\n[lines> b]', 'c', '<two\nc>'],
  ['where only a cursor stood', 'first\n[]<>second\n', 'new ', '<>'],
])('code is found again after an edit: %s', (_name, marked, text, expected) => {
  const before = TextDocument.create('file:///a.ts', 'typescript', 1, marked.replaceAll(/[[\]<>]/g, ''));
  const at = (mark: string) =>
    before.positionAt(marked.slice(0, marked.indexOf(mark)).replaceAll(/[[\]<>]/g, '').length);
  const edit = { range: { start: at('['), end: at(']') }, text };
  const moved = rangeAfter({ start: at('<'), end: at('>') }, [edit]);
  const after = TextDocument.update(before, [edit], 2);
  expect(`<${after.getText(moved)}>`).toBe(expected);
});

test('several edits of one event are taken as VS Code tells them, the last in the text first', () => {
  const at = (line: number, character: number) => ({ line, character });
  const edits = [
    { range: { start: at(2, 0), end: at(2, 0) }, text: 'x\n' },
    { range: { start: at(0, 0), end: at(0, 0) }, text: 'y\n' },
  ];
  expect(rangeAfter({ start: at(5, 1), end: at(6, 2) }, edits)).toEqual({ start: at(7, 1), end: at(8, 2) });
});
