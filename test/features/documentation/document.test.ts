import { expect, test } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { confidenceThreshold } from '../../../src/features/documentation/fillSlots';
import { documentSymbols } from '../../../src/features/documentation/document';
import { maxParsedCharacters } from '../../../src/syntax/parser';
import { countingModel, documented } from '../../support/documentation';

function request(languageId: string, text: string, offset = 0) {
  return { languageId, text, target: { kind: 'symbol', offset } as const, projectTexts: [] };
}

test('the cursor may stand in the comment, in the head, or before the symbol on its line', async () => {
  for (const marked of ['█  int f(int a);', '  int f(i█nt a);', '  /** Old█. */\n  int f(int a);']) {
    expect(await documented('java', `class A {\n${marked}\n}\n`)).toContain('@param a Words number');
  }
});

test('a selection documents the symbols that begin in it, a file only those without a comment', async () => {
  const text = 'function a() {}\nfunction b() {}\nfunction c() {}\n/** Has one. */\nfunction d(x) {}\n';
  const range = { start: text.indexOf('function b'), end: text.indexOf('function d') };
  expect(await documented('javascript', text, { target: { kind: 'selection', range } }))
    .toMatchInlineSnapshot(`
    "function a() {}
    /** Words number 1. */
    function b() {}
    /** Words number 2. */
    function c() {}
    /** Has one. */
    function d(x) {}
    "
  `);
  expect(await documented('javascript', text)).not.toContain('@param x');
});

test('a comment stands above the statement that a symbol is part of, once', async () => {
  for (const [languageId, code] of [
    ['c', 'typedef struct Node {\n  int value;\n} Node, *NodePointer;\n'],
    ['c', 'typedef enum Color { RED } Color;\n'],
    ['c', 'static struct Node {\n  int value;\n} first;\n'],
    ['cpp', 'extern "C" void f(void);\n'],
    ['javascript', 'module.exports = class Foo extends Bar {\n};\n'],
    ['javascript', 'const Foo = class Foo {\n};\n'],
    ['typescript', 'export const Foo = class Foo extends Bar {\n};\n'],
    ['typescript', 'export = class Foo {\n};\n'],
  ] as const) {
    const commented = await documented(languageId, code);
    expect(commented).toBe(`/** Words number 1. */\n${code}`);
    expect(await documented(languageId, commented)).toBe(commented);
  }
  const friend = 'class A {\n  friend void f(B b);\n};\n';
  expect(await documented('cpp', friend)).toContain('   */\n  friend void f(B b);\n');
  const property = 'const kinds = {\n  one: class One {},\n};\n';
  expect(await documented('javascript', property)).toContain(
    '  /** Words number 1. */\n  one: class One {},\n',
  );
});

test('Ruby: a comment stands above what takes the method', async () => {
  const code = `class A
  private def one(a)
    a
  end

  memoize private(def two = 2)

  # It is there.
  private_class_method def self.three
  end
end
`;
  expect(await documented('ruby', code)).toMatchInlineSnapshot(`
    "# Words number 1.
    class A
      # Words number 2.
      #
      # @param a Words number 3.
      private def one(a)
        a
      end

      # Words number 4.
      #
      # @return Words number 5.
      memoize private(def two = 2)

      # It is there.
      private_class_method def self.three
      end
    end
    "
  `);
});

test('where a line break would change the code there is no place for a comment', async () => {
  const mixin = 'function mixin(Base) {\n  return class Mi█xed extends Base {\n    m() {}\n  };\n}\n';
  expect(await documented('javascript', mixin)).toMatchInlineSnapshot(`
    "/**
     * Words number 1.
     *
     * @param Base - Words number 2.
     * @returns Words number 3.
     */
    function mixin(Base) {
      return class Mixed extends Base {
        m() {}
      };
    }
    "
  `);
  const wrapped = 'class A\n  # One.\n  Registry.add def one(a)\n    a\n  end\nend\n';
  expect(await documented('ruby', wrapped)).toBe(`# Words number 1.\n${wrapped}`);
  for (const code of ['new class K {}();\n', 'module.exports = exports = class L {};\n']) {
    expect(await documented('javascript', code)).toBe(code);
  }
});

test('local functions are documented only when the cursor is in them', async () => {
  const text = 'function outer() {\n  function inner(a) {}\n}\n';
  expect(await documented('javascript', text)).not.toContain('@param a');
  expect(await documented('javascript', text.replace('(a) {', '(a) {█'))).toContain('@param a');
});

test('words under the threshold give way to names and types; good ones next to them stay', async () => {
  let slotIndex = -1;
  const model = countingModel({
    logProbability: (tokenIndex) => {
      slotIndex += tokenIndex === 0 ? 1 : 0;
      return slotIndex % 2 === 0 ? confidenceThreshold - 0.1 : confidenceThreshold + 0.1;
    },
  });
  const code = 'export function parsedHTMLPage(pageUrl: string, timeoutMs = 5): void {█ load(); }\n';
  expect(await documented('typescript', code, { model })).toMatchInlineSnapshot(`
    "/**
     * Parsed HTML page.
     *
     * @param pageUrl - Words number 2.
     * @param timeoutMs - The timeout ms.
     */
    export function parsedHTMLPage(pageUrl: string, timeoutMs = 5): void { load(); }
    "
  `);
});

test('a summary that is no sentence is tried again from the verb in the name', async () => {
  const replies = [' Page', ' the page.', ' The address.', ' The page.'];
  const model = countingModel({ reply: () => replies.shift() ?? '' });
  const code = 'export function fetchPage(url: string): Page {█ return load(); }\n';
  expect(await documented('typescript', code, { model })).toMatchInlineSnapshot(`
    "/**
     * Fetches the page.
     *
     * @param url - The address.
     * @returns The page.
     */
    export function fetchPage(url: string): Page { return load(); }
    "
  `);
});

test('a summary that says the opposite of the name is tried again from the verb in the name', async () => {
  const replies = [' Sets the page.', ' the page.', ' The address.', ' The page.'];
  const model = countingModel({ reply: () => replies.shift() ?? '' });
  const code = 'export function getPage(url: string): Page {█ return load(); }\n';
  expect(await documented('typescript', code, { model })).toContain(' * Gets the page.\n');
});

test('what the model writes cannot end the comment, open a tag, or be code', async () => {
  const replies = [
    ' Ends it */ process.exit() /* here.',
    ' @param {@link File} <b>more</b> words',
    ' return a + b;',
    '',
  ];
  const model = countingModel({ reply: () => replies.shift() ?? '' });
  const code = 'export function f(first: A, second: B, third: C) {█}\n';
  expect(await documented('typescript', code, { model })).toMatchInlineSnapshot(`
    "/**
     * Ends it process.exit() here.
     *
     * @param first - File more words.
     * @param second - The second.
     * @param third - The third.
     */
    export function f(first: A, second: B, third: C) {}
    "
  `);
});

test('docstrings survive quotes and backslashes', async () => {
  const replies = [' Splits """a""" on "\\N"', ' Ends in a "quote"'];
  const model = countingModel({ reply: () => replies.shift() ?? '' });
  expect(await documented('python', 'def f(a):\n    pass█\n', { model })).toMatchInlineSnapshot(`
    "def f(a):
        """Split a on "\\\\N".

        Args:
            a: Ends in a "quote".
        """
        pass
    "
  `);
});

test('long words are wrapped, and indented below their tag', async () => {
  const model = countingModel({ reply: () => ` ${'ab '.repeat(9)}`, logProbability: () => 0 });
  const indent = ' '.repeat(80);
  const code = `class A {\n${indent}int f(int a) { return a; }█\n}\n`;
  const result = await documented('java', code, { model });
  expect(result.replaceAll(indent, '')).toMatchInlineSnapshot(`
    "class A {
    /**
     * Ab ab ab ab ab ab
     * ab ab ab.
     *
     * @param a Ab ab ab
     *   ab ab ab ab ab
     *   ab.
     * @return Ab ab ab
     *   ab ab ab ab ab
     *   ab.
     */
    int f(int a) { return a; }
    }
    "
  `);
});

test('a sentence that a limit cuts off ends at its last comma, or is not used', async () => {
  const replies = [' Says one thing in a few words, and then goes on and on', ` ${'on and '.repeat(20)}`];
  const model = countingModel({ reply: () => replies.shift() ?? '' });
  expect(await documented('java', 'class A { void f(int a) {█} }\n', { model })).toMatchInlineSnapshot(`
    "class A {
    /**
     * Says one thing in a few words.
     *
     * @param a The a.
     */
    void f(int a) {} }
    "
  `);
});

test('from slot to slot the prompt only grows, so that the KV cache is kept', async () => {
  const model = countingModel();
  await documented('typescript', 'export function f(a: number, b: number): number {█ return a; }\n', {
    model,
  });
  expect(model.prompts).toHaveLength(4);
  model.prompts.slice(1).forEach((prompt, index) => {
    expect(prompt.startsWith(model.prompts[index] ?? '?')).toBe(true);
  });
  expect(model.prompts.at(-1)).toMatchInlineSnapshot(`
    "<|fim_prefix|><|fim_suffix|>
    export function f(a: number, b: number): number { return a; }<|fim_middle|>/**
     * Words number 1.
     *
     * @param a - Words number 2.
     * @param b - Words number 3.
     * @returns"
  `);
});

test('half-written code is documented as far as it is understood', async () => {
  expect(await documented('python', 'class A:\n    def f(self, a):█')).toContain('"""Words number 1.');
  expect(await documented('typescript', 'export function f(a: number, b: █\n\nconst x = 1;\n'))
    .toMatchInlineSnapshot(`
    "/**
     * Words number 1.
     *
     * @param a - Words number 2.
     * @param b - Words number 3.
     */
    export function f(a: number, b: 

    const x = 1;
    "
  `);
});

test.each([
  ['no symbol at the cursor', 'java', 'import a.B;\n', 'no-symbol'],
  ['no code at all', 'python', '# later\n', 'no-symbol'],
  ['binary text', 'typescript', '\0\u0001\ufffd\u0002PNG\n\0'.repeat(50), 'bad-argument'],
  ['an unknown language', 'markdown', '# Title\n', 'unsupported-language'],
  ['a text over the limit', 'python', 'x = 1\n'.repeat(maxParsedCharacters / 5), 'text-too-large'],
])('%s: a clear message and no edit', async (_, languageId, text, code) => {
  await expect(
    documentSymbols(request(languageId, text), countingModel(), neverAborted),
  ).rejects.toMatchObject({
    name: 'UserError',
    code,
  });
});

test('one function of a file of 20,000 lines', async () => {
  const filler = 'export function filler(a: number) {\n  if (a) {\n    return a;\n  }\n}\n'.repeat(4_000);
  const text = `${filler}export function last(a: number) {}\n`;
  const { edits } = await documentSymbols(
    request('typescript', text, text.length - 5),
    countingModel(),
    neverAborted,
  );
  expect(edits.map((edit) => [edit.symbolName, text.slice(edit.range.start).length])).toEqual([['last', 35]]);
});

test('of a file of 20,000 lines a hundred symbols at a time', async () => {
  const text = 'export function filler(a: number) {\n  if (a) {\n    return a;\n  }\n}\n'.repeat(4_000);
  let slotCount = 0;
  const result = await documentSymbols(
    { languageId: 'typescript', text, target: { kind: 'file' }, projectTexts: [] },
    countingModel({ reply: () => ((slotCount += 1), ' Two words.\n') }),
    neverAborted,
  );
  expect([result.edits.length, result.leftCount, slotCount]).toEqual([100, 3_900, 300]);
});

test('cancelled midway: rejects with the reason, between two tokens of a slot', async () => {
  const controller = new AbortController();
  let tokenCount = 0;
  const model = countingModel({
    beforeStep: () => {
      tokenCount += 1;
      if (tokenCount === 20) {
        controller.abort(new Error('stopped by the user'));
      }
      return Promise.resolve();
    },
  });
  const text = 'function a(x, y, z) {}\nfunction b(x, y, z) {}\n';
  const promise = documentSymbols(
    { languageId: 'javascript', text, target: { kind: 'file' }, projectTexts: [] },
    model,
    controller.signal,
  );
  await expect(promise).rejects.toThrow('stopped by the user');
  expect(tokenCount).toBe(20);
});

test('progress names each symbol before it is documented', async () => {
  const seen: string[] = [];
  const onProgress = (doneCount: number, totalCount: number, name: string) =>
    seen.push(`${doneCount}/${totalCount} ${name}`);
  const text = 'function a() {}\nfunction b() {}\n';
  await documentSymbols(
    { languageId: 'javascript', text, target: { kind: 'file' }, projectTexts: [], onProgress },
    countingModel(),
    neverAborted,
  );
  expect(seen).toEqual(['0/2 a', '1/2 b']);
});
