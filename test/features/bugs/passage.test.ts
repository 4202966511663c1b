import { expect, test } from 'vitest';
import { cutPassages, rangeNear } from '../../../src/features/bugs/scoring/passage';
import type { Passage } from '../../../src/features/bugs/scoring/passage';
import { byteTokenizer } from '../../support/byteTokenizer';

function passagesOf(text: string, from: string) {
  const range = { start: text.indexOf(from), end: text.length };
  return cutPassages({ text }, range, range, byteTokenizer).map(textsOf);
}

function textsOf({ context, body, after }: Passage) {
  return { context: context.text, body: textOf(body), after: textOf(after) };
}

function textOf(lines: Passage['body']): string {
  return lines.map(({ text }) => text).join('');
}

test('a function is read after its imports, the head of its class and the lines above', () => {
  const filler = 'x'.repeat(60);
  const text = `import { a } from 'a';\nconst skipped = '${filler}${filler}';\nclass A {\n  one = '${filler}${filler}';\n  two = '${filler}';\n  f() {\n    return 1;\n  }\n`;
  expect(passagesOf(text, 'f() {')).toEqual([
    {
      context: `import { a } from 'a';\nclass A {\n  one = '${filler}${filler}';\n  two = '${filler}';\n`,
      body: '  f() {\n    return 1;\n  }\n',
      after: '',
    },
  ]);
});

test('what completions read before the lines is read in place of that', () => {
  const text = `import { a } from 'a';\nfunction f() {\n  return 1;\n}\n`;
  const range = { start: text.indexOf('function f'), end: text.length };
  const beginning = { text: 'shown above\n', ids: [1, 2, 3] };
  const readBefore = (lineStart: number) => (lineStart === range.start ? beginning : undefined);
  const [passage] = cutPassages({ text, readBefore }, range, range, byteTokenizer);
  expect(passage?.context).toBe(beginning);
  const later = { start: text.indexOf('  return'), end: range.end };
  const [other] = cutPassages({ text, readBefore }, range, later, byteTokenizer);
  expect(other?.context.text).toBe("import { a } from 'a';\nfunction f() {\n");
});

test('a long function is read in parts, each after the head and the lines before it', () => {
  const line = (index: number) => `  step(${String(index).padStart(20, '0')});\n`;
  const text = `function f() {\n${Array.from({ length: 30 }, (_, index) => line(index)).join('')}}\n`;
  const passages = passagesOf(text, 'function f');
  expect(passages.map(({ body }) => body).join('')).toBe(text);
  expect(passages).toHaveLength(2);
  expect(passages[1]?.context.startsWith('function f() {\n  step(')).toBe(true);
  expect(passages[0]?.after.startsWith(passages[1]?.body.slice(0, 60) ?? '?')).toBe(true);
});

test('a line that is too long for the model is left out, the others are read', () => {
  const text = `function f() {\n  const table = '${'x'.repeat(5_000)}';\n  return table;\n}\n`;
  expect(passagesOf(text, 'function f').map(({ body }) => body)).toEqual([
    'function f() {\n',
    '  return table;\n}\n',
  ]);
});

test('after an edit the lines around it are judged, and no more is read before them than before a function', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `  step${index};\n`);
  const text = `// above\nfunction f() {\n${lines.join('')}}\n// below\n`;
  const range = { start: text.indexOf('function f'), end: text.indexOf('}') + 1 };
  const at = (word: string) => ({ start: text.indexOf(word), end: text.indexOf(word) });
  const judgedAfter = (...edits: { start: number; end: number }[]) => {
    const judged = rangeNear(text, range, edits);
    return judged && cutPassages({ text }, range, judged, byteTokenizer).map(textsOf);
  };
  const [near, ...others] = judgedAfter(at('step36'), at('step38')) ?? [];
  expect(others).toEqual([]);
  expect(near?.body).toBe(`${lines.slice(33).join('')}}\n`);
  expect(near?.after).toBe('// below\n');
  // A token is a byte here: 240 of them right before, and the function's own first line, which says what it is given.
  expect(near?.context).toBe(`function f() {\n${lines.slice(9, 33).join('')}`);
  expect(
    judgedAfter(range)
      ?.map(({ body }) => body)
      .join(''),
  ).toBe(text.slice(range.start, range.end + 1));
  expect(judgedAfter(at('function f'))?.[0]?.body).toBe(`function f() {\n${lines.slice(0, 3).join('')}`);
  expect(judgedAfter(at('// below'))).toBeUndefined();
});
