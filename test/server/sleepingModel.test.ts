// Requests that come while the model is not in memory.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CancellationTokenSource, InlineCompletionTriggerKind } from 'vscode-languageserver/node';
import * as protocol from '../../src/shared/protocol';
import { ScriptedLoader } from './scriptedModel';
import { connect, type TestClient } from './testClient';

const uri = 'file:///project/app.ts';
const cursor = { uri, position: { line: 0, character: 15 }, isPartShown: false };
const byKey = { trigger: InlineCompletionTriggerKind.Invoked };

let loader: ScriptedLoader;
let client: TestClient;
/** What the client was told to ask for again. */
let ready: protocol.DocumentPosition[];

beforeEach(async () => {
  loader = new ScriptedLoader();
  client = await connect(loader);
  ready = [];
  client.connection.onNotification(protocol.suggestionReadyNotification, (place) => void ready.push(place));
  await client.connection.sendRequest(protocol.modelStateRequest);
  await client.open(uri, 'typescript', 'const answer = █');
});

afterEach(async () => {
  await client.close();
});

/** Lets loading wait until the test calls the result. */
function holdLoading(): () => void {
  let open = () => {};
  loader.gate = new Promise((resolve) => {
    open = resolve;
  });
  return () => open();
}

async function state(kind: string): Promise<void> {
  await vi.waitFor(() => expect(client.states.at(-1)?.kind).toBe(kind));
}

/** By the time that this resolves, everything that the server had to say has arrived. */
async function page(): Promise<string> {
  return client.connection.sendRequest(protocol.outcomesPageRequest);
}

test('who asks by key waits for the model and is answered, also while it is being loaded already', async () => {
  const load = holdLoading();
  const first = client.ask(uri, byKey);
  await state('loading');
  const second = client.ask(uri, byKey);
  load();
  expect(await first).toHaveLength(1);
  expect((await second)[0]).toMatchObject({ insertText: '42;' });
  expect(loader.log).toHaveLength(1);
});

test('the editor ends the wait of who asked by key and typed on', async () => {
  const load = holdLoading();
  const source = new CancellationTokenSource();
  const asked = client.ask(uri, { ...byKey, token: source.token }).catch(() => []);
  await state('loading');
  source.cancel();
  expect(await asked).toEqual([]);
  expect(await page()).toContain('none  cancelled');
  load();
  await state('ready');
  expect(ready).toEqual([]);
});

test('who asks by key for a model that is not there is told so at once', async () => {
  await client.close();
  loader.present = false;
  client = await connect(loader);
  await client.open(uri, 'typescript', 'const answer = █');
  expect(await client.ask(uri, byKey)).toEqual([]);
  expect(await page()).toContain('"the model is absent"');
  expect(loader.log).toEqual([]);
});

test('who asks by key does not wait for a download', async () => {
  await client.close();
  loader.present = false;
  loader.progress = [{ stage: 'download', unit: 'bytes', doneCount: 1, totalCount: 200 }];
  const load = holdLoading();
  client = await connect(loader);
  await client.open(uri, 'typescript', 'const answer = █');
  const fetched = client.connection.sendRequest(protocol.fetchModelRequest);
  await state('downloading');
  expect(await client.ask(uri, byKey)).toEqual([]);
  expect(await page()).toContain('"the model is downloading"');
  load();
  await fetched;
});

test('who asks by key for a model that cannot be loaded is told so', async () => {
  loader.failure = new Error('the library is missing');
  expect(await client.ask(uri, byKey)).toEqual([]);
  expect(await page()).toContain('"the model is failed"');
});

test('the client is told when the model for which a keystroke waited is there', async () => {
  expect(await client.ask(uri)).toEqual([]);
  await vi.waitFor(() => expect(ready).toEqual([cursor]));
  expect(await client.ask(uri)).toHaveLength(1);
});

test('it is not told where the text has changed meanwhile', async () => {
  const load = holdLoading();
  await client.ask(uri);
  await client.type(uri, '4');
  await page();
  load();
  await state('ready');
  await page();
  expect(ready).toEqual([]);
});

test('it is not told where the user paused meanwhile', async () => {
  const load = holdLoading();
  await client.ask(uri);
  await client.connection.sendNotification(protocol.pauseNotification, { paused: true, languages: [] });
  await page();
  load();
  await state('ready');
  await page();
  expect(ready).toEqual([]);
});

test('it is told of the last request only', async () => {
  const load = holdLoading();
  await client.ask(uri);
  client.moveTo(uri, { line: 0, character: 3 });
  await client.ask(uri);
  load();
  await state('ready');
  await page();
  expect(ready).toEqual([{ ...cursor, position: { line: 0, character: 3 } }]);
});
