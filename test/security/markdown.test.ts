// What the editor renders. A model's text is a stranger's: it may have read instructions in the code that it explains.
import fc from 'fast-check';
import { marked } from 'marked';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { withoutImages } from '../../src/client/assist/withoutImages';

const client = resolve(import.meta.dirname, '../../src/client');
const sources = readdirSync(client, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(client, name), 'utf8') }));

function filesWith(pattern: RegExp): string[] {
  return sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
}

test('there is no webview, whose content would need a policy', () => {
  expect(filesWith(/webview|CustomEditorProvider|NotebookRenderer/i)).toEqual([]);
});

test('Markdown runs no command but three of our own, in text that holds nothing of a model', () => {
  expect(filesWith(/isTrusted = |supportHtml/)).toEqual(['bugs/bugActions.ts']);
  const { text } = sources.find(({ name }) => name === 'bugs/bugActions.ts')!;
  expect(text.match(/isTrusted = .*/g)).toEqual([
    'isTrusted = { enabledCommands: [dismissCommand, explainCommand, turnOffCommand] };',
  ]);
});

test('every other Markdown is a comment, without images', () => {
  expect(filesWith(/new MarkdownString/).toSorted()).toEqual(['assist/explanation.ts', 'bugs/bugActions.ts']);
  const { text } = sources.find(({ name }) => name === 'assist/explanation.ts')!;
  expect(text.match(/new MarkdownString\(.*/g)).toEqual(['new MarkdownString(withoutImages(text)),']);
});

/** Rendered by the library that VS Code uses, with HTML escaped as it does. */
function imageCount(markdown: string): number {
  let count = 0;
  void marked.walkTokens(marked.lexer(markdown), ({ type }) => {
    count += type === 'image' ? 1 : 0;
  });
  return count;
}

test.each([
  '![a](https://example.org/?text)',
  '![a][b]\n\n[b]: https://example.org',
  '[b]: https://example.org\n\n![b]',
  '[![a](https://example.org)](https://example.org)',
  '- > ![a [nested] b](<https://example.org> "title")',
  '![](https://example.org)',
  '\\\\![a](https://example.org)',
  '![a\nb](https://example.org)',
])('an image is not shown: %s', (markdown) => {
  expect(imageCount(markdown)).toBeGreaterThan(0);
  expect(imageCount(withoutImages(markdown))).toBe(0);
});

test('no mixture of what makes Markdown becomes an image', () => {
  const pieces = [
    '!',
    '[',
    ']',
    '(',
    ')',
    ':',
    '\\',
    '\n',
    ' ',
    '`',
    '```',
    '>',
    '-',
    'a',
    'https://a.b',
    '<',
    '&#33;',
  ];
  const whole = ['![a](b)', '![', '](', '[a]: b\n', '&#91;', '*', '"t"', '\u200b', '\n\n', '<img src="a">'];
  const mixture = fc.array(fc.constantFrom(...pieces, ...whole), { maxLength: 20 });
  fc.assert(
    fc.property(mixture, (parts) => {
      expect(imageCount(withoutImages(parts.join('')))).toBe(0);
    }),
    { numRuns: 5_000, seed: 81 },
  );
});

test('code with an exclamation mark before a bracket stays as it is', () => {
  const markdown = 'It makes a vector:\n\n```rust\nlet v = vec![1, 2];\n```\n';
  expect(withoutImages(markdown)).toBe(markdown);
});
