// What a client sends, in any shape: every request is answered, no message ends the process, which serves all windows,
// and afterwards a well-formed request is answered as ever.
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { InlineCompletionTriggerKind } from 'vscode-languageserver/node';
import * as protocol from '../../src/shared/protocol';
import { ScriptedLoader } from '../server/scriptedModel';
import { connect, testSettings, withoutProxy, type TestClient } from '../server/testClient';
import { foreignValues, mutationsOf } from '../support/jsonMutation';

let client: TestClient;
const unhandled: unknown[] = [];
const noteUnhandled = (reason: unknown) => void unhandled.push(reason);

beforeAll(() => {
  // In the server's process an error that nobody handles ends it.
  process.on('unhandledRejection', noteUnhandled);
  process.on('uncaughtException', noteUnhandled);
});

afterAll(() => {
  process.off('unhandledRejection', noteUnhandled);
  process.off('uncaughtException', noteUnhandled);
});

afterEach(async () => {
  await client.close();
  expect(unhandled).toEqual([]);
});

const uri = 'file:///work/app.ts';
const position = { line: 0, character: 9 };
const range = { start: { line: 0, character: 0 }, end: position };
const textDocument = { uri };
const place = { uri, position };

/** A well-formed message of each kind that the client sends. */
const notifications: readonly (readonly [string, unknown])[] = [
  [
    'textDocument/didOpen',
    { textDocument: { uri, languageId: 'typescript', version: 1, text: 'let a = 1;' } },
  ],
  [
    'textDocument/didChange',
    { textDocument: { uri, version: 2 }, contentChanges: [{ range, text: 'x' }, { text: 'let b = 2;' }] },
  ],
  ['textDocument/didSave', { textDocument }],
  ['textDocument/didClose', { textDocument }],
  [
    'workspace/didChangeWorkspaceFolders',
    { event: { added: [{ uri: 'file:///work', name: 'work' }], removed: [] } },
  ],
  ['$/cancelRequest', { id: 1 }],
  [protocol.configurationNotification.method, { settings: testSettings, workspaceTrusted: true }],
  [protocol.suggestionShownNotification.method, { suggestionId: 1 }],
  [protocol.suggestionAcceptedNotification.method, { suggestionId: 1 }],
  [protocol.suggestionRejectedNotification.method, { suggestionId: 1 }],
  [protocol.requestSkippedNotification.method, { uri, position, reason: 'paused', detail: 'for a while' }],
  [protocol.activeEditorNotification.method, place],
  [protocol.cursorRestNotification.method, place],
  [protocol.pauseNotification.method, { paused: false, languages: [] }],
];

const requests: readonly (readonly [string, unknown])[] = [
  [
    'textDocument/inlineCompletion',
    {
      textDocument,
      position,
      context: {
        triggerKind: InlineCompletionTriggerKind.Invoked,
        selectedCompletionInfo: { text: 'a', range },
      },
    },
  ],
  [protocol.subjectRequest.method, { uri, range }],
  [
    protocol.explainRequest.method,
    {
      kind: 'code',
      requestId: 1,
      uri,
      range,
      facts: [{ name: 'a', text: 'a fact' }],
      length: 'short',
      question: null,
    },
  ],
  [
    protocol.explainRequest.method,
    {
      kind: 'question',
      requestId: 2,
      conversation: [{ role: 'user', content: 'let a' }],
      question: 'Why?',
    },
  ],
  [protocol.documentRequest.method, { requestId: 3, uri, range, scope: 'range' }],
  [protocol.documentRequest.method, { requestId: 3, uri, range, scope: 'file' }],
  [protocol.reviewRequest.method, { requestId: 4, uri, range, scope: 'function' }],
  [protocol.modelStateRequest.method, null],
  [protocol.modelListRequest.method, null],
  [protocol.deviceReportRequest.method, null],
  [protocol.outcomesPageRequest.method, null],
];

interface Sent {
  readonly isRequest: boolean;
  readonly method: string;
  readonly parameters: unknown;
}

function sentFrom(isRequest: boolean, messages: readonly (readonly [string, unknown])[]): fc.Arbitrary<Sent> {
  return fc.oneof(
    ...messages.map(([method, parameters]) =>
      fc.oneof({ arbitrary: mutationsOf([parameters]), weight: 5 }, foreignValues).map((mutated) => ({
        isRequest,
        method,
        parameters: mutated,
      })),
    ),
  );
}

async function expectWorking(): Promise<void> {
  await client.connection.sendNotification(protocol.configurationNotification, {
    settings: testSettings,
    workspaceTrusted: true,
    proxy: withoutProxy,
  });
  await client.connection.sendRequest(protocol.fetchModelRequest);
  const own = 'file:///work/own.ts';
  await client.open(own, 'typescript', 'const answer = █');
  const [item] = await client.ask(own, { trigger: InlineCompletionTriggerKind.Invoked });
  const page = await client.connection.sendRequest(protocol.outcomesPageRequest);
  expect(item?.insertText, page + client.logLines.slice(-5).join('\n')).toBe('42;');
}

test('any messages in any order', async () => {
  client = await connect(new ScriptedLoader(), { folder: 'file:///work' });
  await client.connection.sendRequest(protocol.fetchModelRequest);
  const sent = fc.oneof(sentFrom(false, notifications), sentFrom(true, requests));
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 8 }), async (messages) => {
      await client.connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'typescript', version: 1, text: 'function f(a) { return a; }' },
      });
      const answers: Promise<unknown>[] = [];
      for (const { isRequest, method, parameters } of messages) {
        if (isRequest) {
          // A refusal is an answer, too.
          answers.push(client.connection.sendRequest(method, parameters).catch(() => 'refused'));
        } else {
          await client.connection.sendNotification(method, parameters as object);
        }
      }
      await Promise.all(answers);
      await expectWorking();
      expect(unhandled).toEqual([]);
    }),
    { numRuns: 250, seed: 31 },
  );
});

test('any configuration at the start', async () => {
  const loader = new ScriptedLoader();
  const valid = { settings: testSettings, workspaceTrusted: true };
  const folders = fc.constantFrom(
    'file:///work',
    'file://host/work',
    'file:///a%2Fb',
    'untitled:x',
    'file:',
    '',
  );
  await fc.assert(
    fc.asyncProperty(mutationsOf([valid]), folders, async (configuration, folder) => {
      client = await connect(loader, { ...(configuration as object), folder });
      await client.connection.sendRequest(protocol.fetchModelRequest);
      await expectWorking();
      expect(unhandled).toEqual([]);
    }),
    { numRuns: 60, seed: 32 },
  );
});

test.each(['file://host/share/app.ts', 'file:///a%2Fb.ts', 'untitled:100%.ts', 'file:///a%00b.ts', 'x', ''])(
  'a document of the address "%s" is worked on like any other',
  async (address) => {
    client = await connect(new ScriptedLoader(), { folder: 'file:///work' });
    await client.connection.sendRequest(protocol.fetchModelRequest);
    await client.open(address, 'typescript', "import { a } from './a';\nconst answer = █");
    await client.connection.sendNotification(protocol.activeEditorNotification, { uri: address, position });
    expect(await client.ask(address, { trigger: InlineCompletionTriggerKind.Invoked })).toHaveLength(1);
    const reference = { requestId: 1, uri: address, range };
    for (const [method, parameters] of [
      [
        protocol.explainRequest.method,
        { ...reference, kind: 'code', facts: [], length: 'short', question: null },
      ],
      [protocol.documentRequest.method, { ...reference, scope: 'range' }],
      [protocol.reviewRequest.method, { ...reference, scope: 'file' }],
    ] as const) {
      const result = await client.connection.sendRequest<protocol.CommandResult<unknown>>(method, parameters);
      expect(JSON.stringify(result)).not.toMatch(/URI malformed|File URL/);
    }
  },
);

test.each([[['']], [['x'.repeat(70_000)]], [['**/[', '(', '{', '+(a|aa)']]])(
  'a glob that cannot be compiled excludes nothing',
  async (globs) => {
    client = await connect(new ScriptedLoader(), { settings: { ...testSettings, excludedFiles: globs } });
    await client.connection.sendRequest(protocol.fetchModelRequest);
    const own = 'file:///work/own.ts';
    await client.open(own, 'typescript', 'const answer = █');
    expect(await client.ask(own, { trigger: InlineCompletionTriggerKind.Invoked })).toHaveLength(1);
  },
);
