import { expect, test } from 'vitest';
import { cutPassages, focusOn } from '../../../src/features/bugs/scoring/passage';
import { byteTokenizer } from '../../support/byteTokenizer';

function passagesOf(text: string, from: string) {
  return cutPassages(text, { start: text.indexOf(from), end: text.length }, byteTokenizer).map(
    ({ context, body, after }) => ({
      context: context.map((line) => line.text).join(''),
      body: body.map((line) => line.text).join(''),
      after: after.map((line) => line.text).join(''),
    }),
  );
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

test('after an edit the lines around it are judged, in the same text', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `  step${index};\n`);
  const text = `// above\nfunction f() {\n${lines.join('')}}\n// below\n`;
  const range = { start: text.indexOf('function f'), end: text.indexOf('}') };
  const [passage] = cutPassages(text, range, byteTokenizer);
  const textsOf = (focused = passage) =>
    [focused?.context, focused?.body, focused?.after].map((part) => part?.map((line) => line.text).join(''));
  const at = (word: string) => ({ start: text.indexOf(word), end: text.indexOf(word) });
  const [context, body, after] = textsOf(focusOn(passage!, [at('step9'), at('step11')]));
  expect(body).toBe(lines.slice(6, 15).join(''));
  expect([context, body, after].join('')).toBe(text);
  // The first character and the end of the function, and a place outside of it.
  expect(textsOf(focusOn(passage!, [range]))).toEqual(textsOf());
  expect(textsOf(focusOn(passage!, [at('function f')]))[1]).toBe(
    `function f() {\n${lines.slice(0, 3).join('')}`,
  );
  expect(focusOn(passage!, [at('// below')])).toBeUndefined();
});
