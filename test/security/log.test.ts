// What a document says is in no log at the default level: a word that stands in every part of a document is looked for
// in the log of the window and in that of the shared process.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CancellationTokenSource,
  InlineCompletionTriggerKind,
  LogMessageNotification,
  MessageType,
} from 'vscode-languageserver/node';
import * as protocol from '../../src/shared/protocol';
import { createTestUser, type ServerWindow, type TestUser } from '../support/serverWindow';

const sentinel = 'Xylograph';
const parts = [
  `// About the ${sentinel}.`,
  `import { a${sentinel} } from './${sentinel}';`,
  `export function read${sentinel}(${sentinel}: string, count: number) {`,
  `  const text = '${sentinel}' + a${sentinel}(${sentinel});`,
  `  return count < 1 ? text : ${sentinel};`,
  '}',
];
const code = parts.join('\n');

let user: TestUser;
let window: ServerWindow;
let lines: { readonly type: MessageType; readonly message: string }[];

beforeAll(async () => {
  user = await createTestUser();
  window = await user.openWindow();
  lines = [];
  window.connection.onNotification(LogMessageNotification.type, (line) => void lines.push(line));
  window.connection.onRequest(protocol.bugFactsRequest, () => ({
    linesToSkip: [],
    dismissedKeys: [],
    strictKinds: [],
  }));
  await window.connection.sendRequest(protocol.fetchModelRequest);
});

afterAll(() => user.dispose());

const cursor = { line: 3, character: 10 };
const range = { start: cursor, end: cursor };
const manual = { trigger: InlineCompletionTriggerKind.Invoked };

async function workOn(uri: string, languageId: string, text: string): Promise<void> {
  const { connection } = window;
  await window.open(uri, languageId, `${text}\n█`);
  for (const character of ['r', 'e', sentinel]) {
    await window.type(uri, character);
    await window.ask(uri, manual);
  }
  const place = { uri, position: cursor };
  await connection.sendNotification(protocol.activeEditorNotification, place);
  await connection.sendNotification(protocol.cursorRestNotification, place);
  await connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
  const explain = { kind: 'code', uri, range, length: 'short', question: `Why ${sentinel}?` } as const;
  const facts = [{ name: sentinel, text: sentinel }];
  await connection.sendRequest(protocol.explainRequest, { ...explain, requestId: 1, facts });
  await connection.sendRequest(protocol.documentRequest, { requestId: 2, uri, range, scope: 'file' });
  await connection.sendRequest(protocol.documentRequest, { requestId: 3, uri, range, scope: 'range' });
  await connection.sendRequest(protocol.reviewRequest, { requestId: 4, uri, range, scope: 'file' });
  await connection.sendRequest(protocol.reviewRequest, { requestId: 5, uri, range, scope: 'function' });
  // Each of them is stopped in its middle, too, and meets a document that changes.
  const source = new CancellationTokenSource();
  const stopped = [
    connection.sendRequest(protocol.explainRequest, { ...explain, requestId: 6, facts }, source.token),
    connection.sendRequest(protocol.documentRequest, { requestId: 7, uri, range, scope: 'file' }),
    window.ask(uri, manual),
  ];
  await window.type(uri, sentinel);
  source.cancel();
  await Promise.all(stopped);
  // What cannot be done.
  const nowhere = { start: { line: 9_999, character: 0 }, end: { line: 99_999, character: 0 } };
  await connection.sendRequest(protocol.explainRequest, { ...explain, requestId: 8, facts, range: nowhere });
  await connection.sendRequest(protocol.subjectRequest, { uri: `file:///${sentinel}.ts`, range });
}

test('completion, explanation, documentation and review log no text of the document', async () => {
  await workOn('file:///work/app.ts', 'typescript', code);
  await workOn('file:///work/odd.ts', 'typescript', `${code}\n${'(['.repeat(2_000)}\0\ud800${sentinel}`);
  await workOn('file:///work/text.cobol', 'cobol', code);
  await workOn(
    'file:///work/large.ts',
    'typescript',
    `${code}\n${`const ${sentinel} = 1;\n`.repeat(20_000)}`,
  );
  // The rest after which an edited function is checked.
  await new Promise((resolve) => setTimeout(resolve, 4_000));

  const shown = lines.filter(({ type }) => type !== MessageType.Debug && type !== MessageType.Log);
  expect(lines.filter(({ type }) => type === MessageType.Debug).length).toBeGreaterThan(5); // It does log.
  expect(shown.filter(({ message }) => message.includes(sentinel))).toEqual([]);
  expect(await user.serverLog()).toContain('serves');
  expect(await user.serverLog()).not.toContain(sentinel);
  // Nor on the page that users are asked to send.
  expect(await window.connection.sendRequest(protocol.outcomesPageRequest)).not.toContain(sentinel);
});
