import { expect, test } from 'vitest';
import { cleanWords } from '../../../src/features/documentation/comment/cleanWords';
import { moodShownIn, openingOf, saysOtherVerb } from '../../../src/features/documentation/comment/names';
import { isFirstLineWhole } from '../../../src/features/documentation/comment/sentence';
import { detectStyle } from '../../../src/features/documentation/comment/style';
import { documented, countingModel } from '../../support/documentation';

const style = detectStyle('typescript', []);

function clean(raw: string, kind: 'summary' | 'parameter' = 'summary', mood?: 'descriptive' | 'imperative') {
  return cleanWords(raw, style, { kind, label: 'x', neutral: '', ...(mood && { mood }) });
}

test.each([
  [' Whether to raise for\n *   errors of the server.\n', 'Whether to raise for errors of the server.'],
  [' The name, the\n        type or none and more.\n', 'The name, the type or none and more.'],
  [' The name to look for\n        count: How many.\n', 'The name to look for.'],
  [' The name to look for\n        count (int): How many.\n', 'The name to look for.'],
  [' The names of\n    clients\n    """\n', 'The names of clients.'],
  [' The whole line\nmore of it', 'The whole line.'],
  [' The', ''],
  [' What is read and', ''],
])('a line that the model broke is read on: %j', (raw, words) => {
  expect(clean(raw, 'parameter')).toBe(words);
});

test.each([
  [' The whole line\n', true],
  [' One sentence. A', true],
  [' The names of the\n', false],
  [' The names of the\n     * client', false],
  [' The names of the\n     * client:', false],
  [' The names of the\n     * client: T', true],
  [' The names of the\n     * client that', false],
  [' The names of the\n     * client that asks\n', true],
  [' The names of the\n\n', true],
  [' The names of the\n     * @', true],
])('writing ends where the line ends, or goes on: %j', (text, isWhole) => {
  expect(isFirstLineWhole(text)).toBe(isWhole);
});

test.each([
  [' @returns The open pages.\n', 'Returns the open pages.'],
  [' @returns {string[]} An array.\n', 'Returns an array.'],
  [' @description Opens pages.\n', 'Opens pages.'],
  [' @param page The page to open.\n', ''],
  [':param page: The page to open.\n', ''],
  ['\n * @param page The page to open.\n', ''],
])('a summary that begins with a tag: %j', (raw, words) => {
  expect(clean(raw)).toBe(words);
});

test.each([
  ['is a helper function that takes a page and writes it', 'Takes a page and writes it.'],
  ['This function opens pages.', 'Opens pages.'],
  ['This method is used to open pages.', 'Open pages.'],
  ['This method is overridden by others.', 'This method is overridden by others.'],
  ['The function of the page', 'The function of the page.'],
  ['This is a docstring for the foo function.', ''],
  ['is a method that does something', ''],
])('a summary comes to the point: %s', (raw, words) => {
  expect(clean(raw)).toBe(words);
});

test('where the model writes nothing a parameter of one letter is named by its type', async () => {
  const model = countingModel({ reply: () => '' });
  const code = 'package a\n\nfunc █f(w io.Writer, p *Page, n int, page Item) {}\n';
  const lines = (await documented('go', code, { model })).split('\n');
  expect(lines.filter((line) => line.includes(' - '))).toEqual([
    '//   - w: The writer.',
    '//   - p: The page.',
    '//   - n: The n.',
    '//   - page: The page.',
  ]);
});

test('where the model writes nothing a constructor is named by its class, as it is written', async () => {
  const write = (languageId: string, code: string) =>
    documented(languageId, code, { model: countingModel({ reply: () => '' }) });
  const python = 'class OAuthClient:\n    def __init__(self):█\n        pass\n';
  expect(await write('python', python)).toContain('"""Initialize the OAuthClient."""');
  expect(await write('java', 'class OAuthClient {\n  OAuthClient() {█}\n}\n')).toContain(
    ' * Initializes the OAuthClient.',
  );
});

test('words are in a script that the file holds', async () => {
  const model = () => countingModel({ reply: () => ' 获取 parser 的 变量名。\n' });
  const code = 'def f():\n    pass█\n';
  expect(await documented('python', code, { model: model() })).toContain('"""F."""');
  const known = `# 解析器\n${code}`;
  expect(await documented('python', known, { model: model() })).toContain('变量名。"""');
});

test('what is described is not named again in front of its description', () => {
  expect(clean(' {string} The name.\n', 'parameter')).toBe('The name.');
  expect(clean(' [Array<String>] The names.\n', 'parameter')).toBe('The names.');
  expect(clean(' `Result<T, E>` - The name, or why not.\n', 'parameter')).toBe('The name, or why not.');
  expect(clean(' io.Writer - The writer to which it is printed.\n', 'parameter')).toBe(
    'The writer to which it is printed.',
  );
});

test.each([
  ['Wrap a handler', 'Wraps a handler.', 'Wrap a handler.'],
  ['Applies the patch', 'Applies the patch.', 'Apply the patch.'],
  ['Fetches pages', 'Fetches pages.', 'Fetch pages.'],
  ['Sets of pages', 'Sets of pages.', 'Sets of pages.'],
  ['Process list of the host', 'Process list of the host.', 'Process list of the host.'],
])('the verb of a function: %s', (raw, descriptive, imperative) => {
  expect(clean(raw, 'summary', 'descriptive')).toBe(descriptive);
  expect(clean(raw, 'summary', 'imperative')).toBe(imperative);
  // What is no function's has no verb.
  expect(clean(raw)).toBe(`${raw}.`);
});

test('the mood is that of the comments in the file, or the usual one of the language', async () => {
  const write = (languageId: string, code: string) =>
    documented(languageId, code, { model: countingModel({ reply: () => ' Returns the page.\n' }) });
  const code = 'def f():\n    pass█\n';
  expect(await write('python', code)).toContain('"""Return the page."""');
  expect(await write('python', `def g():\n    """Gets it all."""\n\n\n${code}`)).toContain(
    '"""Returns the page.',
  );
  expect(
    await write('java', 'class A {\n  /** Get the one. */\n  int g() {}\n  void f() {█}\n}\n'),
  ).toContain(' * Return the page.');
  expect(moodShownIn('/** Get it. */\n/**\n * Returns it.\n */')).toBeUndefined();
});

test('a name’s verb as an opening, in both moods', () => {
  expect([openingOf('copyAll', 'descriptive'), openingOf('copyAll', 'imperative')]).toEqual([
    'Copies',
    'Copy',
  ]);
  expect([openingOf('isOpen', 'descriptive'), openingOf('isOpen', 'imperative')]).toEqual([
    'Checks whether',
    'Check whether',
  ]);
  expect(openingOf('page', 'imperative')).toBeUndefined();
});

test.each([
  ['Sets the page.', 'get', true],
  ['Set the page.', 'get', true],
  ['Gets the page.', 'set', true],
  ['Initializes the client.', 'close', true],
  ['Closes the client.', 'close', false],
  // A name may begin with a noun that is also a verb.
  ['Gets the cell at the row.', 'multiply', true],
  ['Gets the load factor.', 'load', false],
  ['Returns the factor.', 'load', false],
  ['Retrieves the page.', 'get', false],
  ['The load factor.', 'load', false],
])('%j says another verb than %j: %s', (summary, verb, expected) => {
  expect(saysOtherVerb(summary, verb)).toBe(expected);
});

test('a summary with another verb than the name gives way to one with it, where there is one', async () => {
  const write = (...replies: string[]) => {
    const model = countingModel({ reply: () => replies.shift() ?? '' });
    return documented('java', 'class A { void close() {█} }\n', { model });
  };
  expect(await write(' Opens the page.\n', ' the page.\n')).toContain(' * Closes the page.\n');
  expect(await write(' Opens the page.\n', '\n')).toContain(' * Opens the page.\n');
});

test('a function without a verb in its name is described by what it returns', async () => {
  const replies = [' @param a - The first.\n', ' the second page.\n', ' The first.\n', ' The page.\n'];
  const model = countingModel({ reply: () => replies.shift() ?? '' });
  const code = 'export function secondPage(a: number): Page {█}\n';
  expect(await documented('typescript', code, { model })).toContain(' * Returns the second page.\n');
});
