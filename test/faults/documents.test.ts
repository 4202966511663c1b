// Documents as they occur in the wild, and more of them than anybody types: no edit is lost, and the server answers.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CancellationTokenSource,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  InlineCompletionTriggerKind,
} from 'vscode-languageserver/node';
import {
  explainRequest,
  fetchModelRequest,
  subjectRequest,
  suggestionReadyNotification,
} from '../../src/shared/protocol';
import { createTestUser, type ServerWindow, type TestUser } from '../support/serverWindow';

let user: TestUser;
let window: ServerWindow;

beforeAll(async () => {
  user = await createTestUser();
  window = await user.openWindow();
  await window.connection.sendRequest(fetchModelRequest);
});

afterAll(() => user.dispose());

const code = { kind: 'code', facts: [], length: 'short', question: null } as const;
const manual = { trigger: InlineCompletionTriggerKind.Invoked };

/** What the server takes for the name of the function at the beginning of a document. */
async function functionName(uri: string): Promise<string | null | undefined> {
  const at = { line: 0, character: 10 };
  const result = await window.connection.sendRequest(subjectRequest, { uri, range: { start: at, end: at } });
  return result.kind === 'done' ? result.value.name : undefined;
}

test('50 documents changed at 100 edits a second each: every edit arrives, in order', async () => {
  const uris = Array.from({ length: 50 }, (_, index) => `file:///work/file${index}.ts`);
  const typed = Array.from({ length: 100 }, (_, index) => String.fromCharCode(97 + (index % 26)));
  for (const uri of uris) {
    await window.open(uri, 'typescript', 'function f█() {}\n');
  }
  for (const character of typed) {
    await Promise.all(uris.map((uri) => window.type(uri, character)));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const names = await Promise.all(uris.map(functionName));
  expect(new Set(names)).toEqual(new Set([`f${typed.join('')}`]));
  expect(await window.ask(uris[7]!, manual)).toBeInstanceOf(Array);
});

const megabyte = 1_000_000;
const strange: readonly [string, string][] = [
  ['a file of 50 MB', `${'const value = 1;\n'.repeat((50 * megabyte) / 17)}█`],
  ['a line of 1 MB', `const text = '${'x'.repeat(megabyte)}';\nconst next = █`],
  ['a line of 1 MB without a space', `${'a'.repeat(megabyte)}█`],
  ['lone surrogates', `const text = '\ud800 and \udc00';\nconst other = \ud83d█`],
  ['NUL bytes', `const a = '\0';\0\0\nconst b = █`],
  ['mixed line endings', 'function a() {\r\n  return 1;\n}\rfunction b() {\r\n  █\r}\n\r\n'],
  ['nothing', '█'],
  ['brackets without an end', `${'(['.repeat(20_000)}█`],
];

test.each(strange)('%s', async (_, marked) => {
  const uri = `file:///work/strange${strange.findIndex(([, text]) => text === marked)}.ts`;
  const other = await user.openWindow();
  await window.open(uri, 'typescript', marked);
  expect(await window.ask(uri, manual)).toBeInstanceOf(Array);
  await window.type(uri, 'x');
  expect(await window.ask(uri)).toBeInstanceOf(Array);
  // The other windows are served meanwhile and afterwards.
  expect(await other.answer('What is it?')).toMatchObject({ kind: 'done' });
  await window.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  await other.close();
  expect(user.serverProcessIds()).toHaveLength(1);
});

test('a document that is closed in the middle of a request', async () => {
  const uri = 'file:///work/closing.ts';
  const marked = `${'const value = compute(1, 2);\n'.repeat(100)}const last = █`;
  for (const [index] of Array.from({ length: 10 }).entries()) {
    await window.open(uri, 'typescript', marked);
    const answer = window.ask(uri, manual);
    if (index > 0) {
      await new Promise((resolve) => setTimeout(resolve, index * 3));
    }
    await window.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri },
    });
    // Closed at once: what is found for it fits no document any more. Later: the answer may have been first.
    expect(await answer).toEqual(index === 0 ? [] : expect.any(Array));
    expect(await window.ask(uri, manual)).toEqual([]);
  }
  expect(await functionName('file:///work/file1.ts')).toMatch(/^fabc/);
});

test('a document that is renamed in the middle of a completion and an explanation', async () => {
  const ready: string[] = [];
  window.connection.onNotification(suggestionReadyNotification, ({ uri }) => void ready.push(uri));
  const text = `function before() {\n  return ${'compute(1, 2) + '.repeat(60)}0;\n}\nconst last = █`;
  for (const [index] of Array.from({ length: 10 }).entries()) {
    const [from, to] = [`file:///work/old${index}.ts`, `file:///work/new${index}.ts`];
    await window.open(from, 'typescript', text);
    const start = { line: 0, character: 10 };
    const source = new CancellationTokenSource();
    const completion = window.ask(from, manual);
    const explanation = window.connection.sendRequest(
      explainRequest,
      { ...code, requestId: 100 + index, uri: from, range: { start, end: start } },
      source.token,
    );
    await new Promise((resolve) => setTimeout(resolve, index * 4));
    // As VS Code tells of a rename: the old document closes, the new one opens with its text.
    await window.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri: from },
    });
    await window.open(to, 'typescript', text.replace('before', `after${index}`));
    expect(await functionName(to)).toBe(`after${index}`);
    const next = window.ask(to, manual);
    expect(await completion).toBeInstanceOf(Array);
    expect(await next).toBeInstanceOf(Array);
    expect(await window.ask(from, manual)).toEqual([]);
    // What is explained is the text of when it was asked: it goes on, or the user stops it.
    source.cancel();
    expect(['done', 'cancelled']).toContain((await explanation).kind);
    expect(await functionName(from)).toBeUndefined();
    await window.type(to, 'x');
    expect(await window.ask(to)).toBeInstanceOf(Array);
  }
  // Nothing is offered later for a name that is gone.
  expect(ready.filter((uri) => uri.includes('old'))).toEqual([]);
  expect(await window.answer('What is it?')).toMatchObject({ kind: 'done' });
  expect(user.serverProcessIds()).toHaveLength(1);
});

test('a change of a document that nobody opened, and a range that does not exist', async () => {
  const change = (uri: string, line: number) =>
    window.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version: 2 },
      contentChanges: [
        { range: { start: { line, character: 5 }, end: { line: line + 3, character: 0 } }, text: 'x' },
      ],
    });
  await change('file:///work/never.ts', 0);
  await window.open('file:///work/short.ts', 'typescript', 'function ok() {}█');
  await change('file:///work/short.ts', 1000);
  expect(await functionName('file:///work/short.ts')).toBe('ok');
});
