import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CancellationTokenSource, InlineCompletionTriggerKind } from 'vscode-languageserver/node';
import type { CompletionRequest } from '../../src/features/completion/types';
import type { Completer } from '../../src/features/completion/completer';
import * as protocol from '../../src/shared/protocol';
import { ScriptedLoader, suggestionOf } from './scriptedModel';
import { connect, testSettings, withoutProxy, type ConnectOptions, type TestClient } from './testClient';

const uri = 'file:///project/app.ts';

let loader: ScriptedLoader;
let completer: Completer & { readonly events: string[] };
let client: TestClient;

beforeEach(() => {
  loader = new ScriptedLoader();
  completer = loader.completer;
});

afterEach(async () => {
  await client.close();
});

async function start(options: ConnectOptions = {}) {
  client = await connect(loader, options);
}

/** Starts with the model in memory and one document open. */
async function startReady(marked = 'const answer = █', options: ConnectOptions = {}) {
  await start(options);
  await client.connection.sendRequest(protocol.fetchModelRequest);
  await client.open(uri, 'typescript', marked);
}

/** The page's lines about requests, without the time of day and the durations. */
async function outcomes(): Promise<readonly string[]> {
  const page = await client.connection.sendRequest(protocol.outcomesPageRequest);
  return page
    .split('\n')
    .filter((line) => /^\d\d:/.test(line))
    .map((line) =>
      line
        .replace(/^[\d:]+ {2}/, '')
        .replace(/ {2}total .*? {2}/, ' | ')
        .replace(/ +/g, ' '),
    );
}

test('a suggestion comes with an explicit range and the command that tells of its acceptance', async () => {
  await startReady('const answer = █;\r\nfoo();\r\n');
  expect(await client.ask(uri)).toEqual([
    {
      insertText: '42;',
      range: { start: { line: 0, character: 15 }, end: { line: 0, character: 15 } },
      command: { title: '', command: 'sotto.internal.accepted', arguments: [{ suggestionId: 1 }] },
    },
  ]);
  expect(await outcomes()).toEqual(['shown model app.ts:1:16 (typescript, automatic) | likely by 90 %']);
});

test('whoever sees a suggestion and asks by key is told what else there is', async () => {
  await startReady();
  const byKey = { trigger: InlineCompletionTriggerKind.Invoked };
  const texts = async (...options: Parameters<TestClient['ask']>) =>
    (await client.ask(...options)).map(({ insertText }) => insertText);
  expect(await texts(uri, byKey)).toEqual(['42;']);
  expect(await texts(uri)).toEqual(['42;']);
  expect(completer.events).toEqual([]);
  expect(await texts(uri, byKey)).toEqual(['42;', 'another;', 'a third;']);
  expect((await outcomes())[0]).toContain('| likely by 90 %, 2 more');
  await client.connection.sendNotification(protocol.suggestionAcceptedNotification, { suggestionId: 5 });
  await vi.waitFor(() =>
    expect(completer.events.slice(0, 2)).toEqual(['alternatives to 42;', 'accepted a third;']),
  );
  await client.type(uri, ' ');
  expect(await texts(uri, byKey)).toEqual(['42;']);
});

test('edits arrive incrementally, and offsets count UTF-16 units', async () => {
  await startReady('const smile = "😀" + █\n');
  const seen: CompletionRequest[] = [];
  completer.complete = (request) => {
    seen.push(request);
    return Promise.resolve(suggestionOf(request, 'x'));
  };
  await client.type(uri, 'ab');
  const [item] = await client.ask(uri);
  expect(seen[0]?.document.text).toBe('const smile = "😀" + ab\n');
  expect(seen[0]?.document.text.slice(0, seen[0].offset)).toBe('const smile = "😀" + ab');
  expect(item?.range?.start).toEqual({ line: 0, character: 23 });
});

test('the model is loaded by the first request, which is answered at once', async () => {
  await start();
  expect((await client.connection.sendRequest(protocol.modelStateRequest)).kind).toBe('unloaded');
  await client.open(uri, 'typescript', 'const answer = █');
  expect(await client.ask(uri)).toEqual([]);
  await vi.waitFor(() => expect(client.states.at(-1)?.kind).toBe('ready'));
  expect(await client.ask(uri)).toHaveLength(1);
  expect(await outcomes()).toEqual([
    'shown model app.ts:1:16 (typescript, automatic) | likely by 90 %',
    'none no-model app.ts:1:16 (typescript, automatic) | "the model is unloaded"',
  ]);
});

test('nothing is downloaded by typing', async () => {
  loader.present = false;
  await start();
  await client.open(uri, 'typescript', 'const answer = █');
  expect(await client.ask(uri)).toEqual([]);
  expect((await client.connection.sendRequest(protocol.modelStateRequest)).kind).toBe('absent');
  expect(loader.log).toEqual([]);
  expect(await client.connection.sendRequest(protocol.modelListRequest)).toMatchObject([{ present: false }]);
});

test('the devices are reported with and without a model in memory, and a loss is told', async () => {
  await start();
  expect(await client.connection.sendRequest(protocol.deviceReportRequest)).toEqual({
    current: null,
    lines: [{ name: 'cpu', title: 'CPU', detail: 'suggestion 260 ms with qwen2.5-coder-0.5b' }],
  });
  await client.connection.sendRequest(protocol.fetchModelRequest);
  expect(await client.connection.sendRequest(protocol.deviceReportRequest)).toMatchObject({
    current: 'CPU',
    lines: [{ name: 'cpu' }],
  });
  const told = new Promise((resolve) => {
    client.connection.onNotification(protocol.deviceLostNotification, resolve);
  });
  const lost = { device: 'WebGPU', kind: 'failed', reason: 'driver reset' } as const;
  loader.options?.onDeviceLost(lost);
  expect(await told).toEqual(lost);
});

test('a device that is forced and cannot be used is told with the state, and tried again when it is chosen again', async () => {
  const missing = { device: 'WebGPU', kind: 'crashed', reason: 'it ended the process' } as const;
  loader.missing = missing;
  await start();
  await client.connection.sendRequest(protocol.fetchModelRequest);
  const state = () => client.connection.sendRequest(protocol.modelStateRequest);
  expect(await state()).toMatchObject({ kind: 'ready', device: 'CPU', missing });
  await client.connection.sendRequest(protocol.deviceChosenRequest, { device: 'webgpu' });
  expect(loader.log.slice(-2)).toEqual(['forget crashes of webgpu', 'try webgpu']);
  loader.options?.onDeviceMoved('WebGPU');
  expect(await state()).toMatchObject({ kind: 'ready', device: 'WebGPU', missing: null });
});

test('cancelling in the editor aborts the engine', async () => {
  await startReady();
  const source = new CancellationTokenSource();
  const reasons: unknown[] = [];
  completer.complete = (_request, signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reasons.push(signal.reason);
        reject(signal.reason as Error);
      });
      setImmediate(() => source.cancel());
    });
  await client.ask(uri, { token: source.token }).catch(() => []);
  await vi.waitFor(() => expect(reasons).toHaveLength(1));
  expect((await outcomes())[0]).toContain('none cancelled');
});

test('a suggestion for text that has changed meanwhile is not shown', async () => {
  await startReady();
  const complete = completer.complete.bind(completer);
  completer.complete = async (request, signal, beforeEngine) => {
    await client.type(uri, '4');
    await new Promise((resolve) => setTimeout(resolve, 20));
    return complete(request, signal, beforeEngine);
  };
  expect(await client.ask(uri)).toEqual([]);
  expect((await outcomes())[0]).toContain('"the document changed meanwhile"');
});

test('a pipeline that throws is logged, answered empty, and works again at the next request', async () => {
  await startReady();
  const complete = completer.complete.bind(completer);
  completer.complete = () => Promise.reject(new Error('broken'));
  expect(await client.ask(uri)).toEqual([]);
  expect((await outcomes())[0]).toBe('none failed app.ts:1:16 (typescript, automatic) | "broken"');
  expect(client.logLines.join('\n')).toContain('broken');
  completer.complete = complete;
  expect(await client.ask(uri)).toHaveLength(1);
});

test('only a request that needs the engine waits for a pause in typing, and typing on ends the wait', async () => {
  await startReady('const answer = █', {
    settings: { ...testSettings, 'completion.maximumDelayMs': 2000 },
  });
  completer.backOffDelayMs = () => 60_000;
  const source = new CancellationTokenSource();
  const waiting = client.ask(uri, { token: source.token }).catch(() => []);
  await client.type(uri, '4');
  source.cancel();
  expect(await waiting).toEqual([]);
  expect(loader.engine.calls).toEqual([]);
  completer.complete = (request) => Promise.resolve(suggestionOf(request, 'cached'));
  expect(await client.ask(uri)).toMatchObject([{ insertText: 'cached' }]);
});

test.each([
  ['the language is off', { languages: { typescript: false } }, 'language-off'],
  ['suggestions come only when asked for', { 'completion.automatic': false }, 'paused'],
] as const)('%s: nothing by itself, everything on request', async (_name, change, reason) => {
  await startReady('const answer = █', { settings: { ...testSettings, ...change } });
  expect(await client.ask(uri)).toEqual([]);
  expect((await outcomes())[0]).toContain(`none ${reason}`);
  expect(await client.ask(uri, { trigger: InlineCompletionTriggerKind.Invoked })).toHaveLength(1);
});

test('fractions in settings and in the measured rhythm are no obstacle', async () => {
  await startReady('const answer = █', {
    settings: { ...testSettings, 'completion.maximumDelayMs': 3.7, 'completion.deadlineMs': 1000.3 },
  });
  completer.backOffDelayMs = () => 1.5;
  expect(await client.ask(uri)).toHaveLength(1);
});

test.each([
  '/project/.env',
  '/home/user/.ssh/id_rsa',
  '/project/deploy/server.PEM',
  '/project/credentials.json',
  '/project/app.min.js',
])('nothing is suggested in %s, even on request', async (path) => {
  await startReady();
  const excluded = pathToFileURL(path).href;
  await client.open(excluded, 'plaintext', 'TOKEN=█');
  expect(await client.ask(excluded, { trigger: InlineCompletionTriggerKind.Invoked })).toEqual([]);
  expect((await outcomes())[0]).toContain('none excluded-file');
});

test('what the setting no longer excludes is completed, whatever its name', async () => {
  await startReady('TOKEN=█', { settings: { ...testSettings, excludedFiles: ['**/*.min.*'] } });
  await client.open('file:///project/.env.example', 'dotenv', 'TOKEN=█');
  expect(await client.ask('file:///project/.env.example')).toHaveLength(1);
});

test.each([
  [uri, 'markdown'],
  ['file:///project/.env', 'dotenv'],
])('in %s (%s), which is left alone, nothing brings the model into memory', async (quiet, languageId) => {
  await start();
  await client.open(quiet, languageId, 'A title█');
  const place = { uri: quiet, position: { line: 0, character: 3 } };
  await client.connection.sendNotification(protocol.activeEditorNotification, place);
  await client.connection.sendNotification(protocol.cursorRestNotification, place);
  await client.type(quiet, 's');
  expect(await client.ask(quiet)).toEqual([]);
  await outcomes();
  expect(loader.log).toEqual([]);
});

test('asking by key brings the model into memory in every language', async () => {
  await start();
  await client.open(uri, 'markdown', 'A title█');
  expect(await client.ask(uri, { trigger: InlineCompletionTriggerKind.Invoked })).toHaveLength(1);
});

test('settings apply from the moment they are sent', async () => {
  await startReady();
  await client.connection.sendNotification(protocol.configurationNotification, {
    settings: { ...testSettings, languages: { typescript: false } },
    workspaceTrusted: true,
    proxy: withoutProxy,
  });
  expect(await client.ask(uri)).toEqual([]);
});

test('a model is fetched by way of the proxy that the editor has by then', async () => {
  await start();
  const proxy = { url: 'http://proxy.example:8080', noProxy: ['.local'] };
  await client.connection.sendNotification(protocol.configurationNotification, {
    ...{ settings: testSettings, workspaceTrusted: true, proxy },
  });
  await client.connection.sendRequest(protocol.fetchModelRequest);
  expect(loader.options).toMatchObject({ download: 'allowed', proxy });
});

test('acceptance and rejection reach the pipeline, each once', async () => {
  await startReady();
  await client.ask(uri);
  await client.ask(uri);
  const { connection } = client;
  await connection.sendNotification(protocol.suggestionAcceptedNotification, { suggestionId: 1 });
  await connection.sendNotification(protocol.suggestionAcceptedNotification, { suggestionId: 1 });
  await connection.sendNotification(protocol.suggestionRejectedNotification, { suggestionId: 2 });
  await connection.sendNotification(protocol.suggestionRejectedNotification, { suggestionId: 99 });
  await outcomes();
  expect(completer.events).toEqual(['accepted 42;', 'rejected 42;']);
});

test('the next suggestion is prepared while a likely one is read, and not when the user types on', async () => {
  await startReady();
  const { connection } = client;
  await client.ask(uri);
  await connection.sendNotification(protocol.suggestionShownNotification, { suggestionId: 1 });
  await client.ask(uri);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(completer.events).toEqual([]);
  await connection.sendNotification(protocol.suggestionShownNotification, { suggestionId: 2 });
  await vi.waitFor(() => expect(completer.events).toEqual(['prepare after 42;']));
});

test('after an acceptance the next suggestion is prepared, once the request at its end is answered', async () => {
  await startReady();
  const { connection } = client;
  await client.ask(uri);
  await client.type(uri, '42;');
  await connection.sendNotification(protocol.suggestionAcceptedNotification, { suggestionId: 1 });
  completer.complete = (request) => {
    completer.events.push(`asked at ${request.offset}`);
    return Promise.resolve({ kind: 'none', reason: 'empty', detail: 'no more', timings: { totalMs: 1 } });
  };
  await client.ask(uri);
  // The cursor rests where the acceptance has put it, which must not end the preparation.
  const place = { uri, position: { line: 0, character: 18 } };
  await connection.sendNotification(protocol.cursorRestNotification, place);
  await vi.waitFor(() =>
    expect(completer.events).toEqual(['accepted 42;', 'asked at 18', 'prepare after 42;']),
  );
  await connection.sendNotification(protocol.cursorRestNotification, {
    uri,
    position: { line: 0, character: 3 },
  });
  await vi.waitFor(() => expect(completer.events.at(-1)).toBe('warm up at 3'));
  expect(completer.events).toHaveLength(4);
});

test('it is prepared too where the editor asks for nothing, and not when the user goes elsewhere', async () => {
  await startReady();
  const { connection } = client;
  await client.ask(uri);
  await client.type(uri, '42;');
  await connection.sendNotification(protocol.suggestionAcceptedNotification, { suggestionId: 1 });
  await vi.waitFor(() => expect(completer.events).toEqual(['accepted 42;', 'prepare after 42;']));
  await client.ask(uri);
  await client.type(uri, '42;');
  await connection.sendNotification(protocol.suggestionAcceptedNotification, { suggestionId: 2 });
  await client.type(uri, 'x');
  await client.ask(uri);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(completer.events).toEqual(['accepted 42;', 'prepare after 42;', 'accepted 42;']);
});

test('requests that the client did not pass on are on the page', async () => {
  await startReady();
  await client.connection.sendNotification(protocol.requestSkippedNotification, {
    uri: 'file:///project/my%20app.ts',
    position: { line: 0, character: 3 },
    reason: 'selection',
    detail: 'there are several cursors',
  });
  expect(await outcomes()).toEqual([
    'none selection my app.ts:1:4 (unknown, automatic) | "there are several cursors"',
  ]);
});

test.each([
  ['everywhere', { paused: true, languages: [] }],
  ['in its language', { paused: false, languages: ['typescript'] }],
])('the model reads ahead where the cursor rests, and not while paused %s', async (_name, pause) => {
  await startReady();
  const place = { uri, position: { line: 0, character: 5 } };
  await client.connection.sendNotification(protocol.cursorRestNotification, place);
  await vi.waitFor(() => expect(completer.events).toEqual(['warm up at 5']));
  await client.connection.sendNotification(protocol.pauseNotification, pause);
  await client.connection.sendNotification(protocol.cursorRestNotification, place);
  await outcomes();
  expect(completer.events).toHaveLength(1);
});

test('a model that cannot be loaded leaves the editor working and says why on the page', async () => {
  loader.failure = new Error('the library is missing');
  await start();
  const result = await client.connection.sendRequest(protocol.fetchModelRequest);
  expect(result).toMatchObject({ kind: 'failed', reason: 'the library is missing' });
  await client.open(uri, 'typescript', 'const answer = █');
  expect(await client.ask(uri)).toEqual([]);
  expect(await client.connection.sendRequest(protocol.outcomesPageRequest)).toContain(
    'the library is missing',
  );
});

test('the server lets the model go when it shuts down', async () => {
  await startReady();
  await client.close();
  expect(loader.log.at(-1)).toBe('dispose qwen2.5-coder-0.5b');
  await start();
});
