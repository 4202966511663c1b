// Suggestions that were not there, or not in full, when the editor asked.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InlineCompletionTriggerKind } from 'vscode-languageserver/node';
import type { Completer } from '../../src/features/completion/completer';
import * as protocol from '../../src/shared/protocol';
import { ScriptedLoader, suggestionOf } from './scriptedModel';
import { connect, type TestClient } from './testClient';

const uri = 'file:///project/app.ts';
const place = { uri, position: { line: 0, character: 15 } };

let completer: Completer & { readonly events: string[] };
let client: TestClient;
/** Of each request: brings it about that what was cut short is there in full. */
let finish: (() => void)[];
/** What the client was told to ask for again. */
let ready: protocol.ReadySuggestion[];

beforeEach(async () => {
  const loader = new ScriptedLoader();
  ({ completer } = loader);
  client = await connect(loader);
  [finish, ready] = [[], []];
  client.connection.onNotification(protocol.suggestionReadyNotification, (one) => void ready.push(one));
  await client.connection.sendRequest(protocol.fetchModelRequest);
  await client.open(uri, 'typescript', 'const answer = █');
  completer.stop = () => void completer.events.push('stopped');
});

afterEach(async () => {
  await client.close();
});

/** From now on nothing of a suggestion is there in time, or `part` of it. */
function beLate(part?: string): void {
  completer.complete = (request) => {
    const fuller = new Promise<void>((resolve) => finish.push(resolve));
    const none = { kind: 'none', reason: 'deadline', detail: 'late', timings: { totalMs: 1 } } as const;
    return Promise.resolve({ ...(part === undefined ? none : suggestionOf(request, part)), fuller });
  };
}

/** By the time that this resolves, the server has heard all and everything that it had to say has arrived. */
async function settled(): Promise<void> {
  await client.connection.sendRequest(protocol.outcomesPageRequest);
}

async function pause(state: protocol.PauseState): Promise<void> {
  await client.connection.sendNotification(protocol.pauseNotification, state);
  await settled();
}

test('the client is told when what a deadline cut short is there, unless something else was asked', async () => {
  beLate();
  await client.ask(uri);
  await client.ask(uri);
  finish[0]?.();
  await settled();
  expect(ready).toEqual([]);
  finish[1]?.();
  await vi.waitFor(() => expect(ready).toEqual([{ ...place, isPartShown: false }]));
});

test('it is told that a part is shown, which the user may have dismissed', async () => {
  beLate('4');
  await client.ask(uri);
  finish[0]?.();
  await vi.waitFor(() => expect(ready).toEqual([{ ...place, isPartShown: true }]));
});

test.each([
  ['everywhere', { paused: true, languages: [] }],
  ['in the language', { paused: false, languages: ['typescript'] }],
])(
  'nothing comes late where the user paused %s meanwhile, and nothing is written on',
  async (_name, state) => {
    beLate();
    await client.ask(uri);
    await pause(state);
    expect(completer.events).toEqual(['stopped']);
    finish[0]?.();
    await settled();
    expect(ready).toEqual([]);
  },
);

test.each([
  ['in another language', { paused: false, languages: ['python'] }, InlineCompletionTriggerKind.Automatic],
  ['and had asked by key', { paused: true, languages: [] }, InlineCompletionTriggerKind.Invoked],
])('it comes where the user paused %s', async (_name, state, trigger) => {
  beLate();
  await client.ask(uri, { trigger });
  await pause(state);
  finish[0]?.();
  await vi.waitFor(() => expect(ready).toHaveLength(1));
  expect(completer.events).toEqual([]);
});
