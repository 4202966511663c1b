import { afterEach, beforeEach, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { neverAborted } from '../../src/base/abort';
import { scheduleEngine } from '../../src/server/scheduledEngine';
import { Scheduler } from '../../src/server/scheduler';
import * as protocol from '../../src/shared/protocol';
import { byteTokenizer } from '../support/byteTokenizer';
import { createScriptedEngine, type Script } from '../support/scriptedEngine';
import { UserError } from '../../src/base/errors';
import { ScriptedLoader } from './scriptedModel';
import { connect, type TestClient } from './testClient';

const uri = 'file:///project/app.ts';
const code = 'export function add(a: number, b: number) {\n  return check(a) + b;\n}\n█';
const addRange = { start: { line: 1, character: 3 }, end: { line: 1, character: 3 } };

let loader: ScriptedLoader;
let client: TestClient;
let pieces: string[];

beforeEach(() => {
  loader = new ScriptedLoader();
});

afterEach(async () => {
  await client.close();
});

async function start(script: Partial<Script> = {}, scheduler = new Scheduler()) {
  const engine = createScriptedEngine({ reply: () => ' It adds.', ...script });
  loader.commands = {
    engine: scheduleEngine(engine, scheduler, 'command'),
    tokenizer: byteTokenizer,
    chatTemplate: undefined,
  };
  client = await connect(loader);
  pieces = [];
  client.connection.onNotification(protocol.explanationProgressNotification, (progress) => {
    if (progress.kind === 'text' && progress.requestId === 7) {
      pieces.push(progress.text);
    }
  });
  await client.open(uri, 'typescript', code);
  return engine;
}

const explainAdd = {
  kind: 'code',
  requestId: 7,
  uri,
  range: addRange,
  facts: [],
  length: 'normal',
  question: null,
} as const;

test('the subject is the symbol at the cursor, with the places of what it calls', async () => {
  await start();
  expect(await client.connection.sendRequest(protocol.subjectRequest, { uri, range: addRange })).toEqual({
    kind: 'done',
    value: {
      range: { start: { line: 0, character: 0 }, end: { line: 2, character: 1 } },
      name: 'add',
      calls: [{ name: 'check', position: { line: 1, character: 9 } }],
    },
  });
});

test('an explanation loads the model, streams, and can be asked about', async () => {
  const engine = await start();
  const result = await client.connection.sendRequest(protocol.explainRequest, explainAdd);
  expect(result).toMatchObject({ kind: 'done', value: { text: ' It adds.', cut: false } });
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('')).toBe(' It adds.');

  const conversation = result.kind === 'done' ? result.value.conversation : [];
  const question = { kind: 'question', requestId: 8, conversation, question: 'Why?' } as const;
  expect(await client.connection.sendRequest(protocol.explainRequest, question)).toMatchObject({
    kind: 'done',
  });
  expect(engine.prompts.at(-1)).toMatch(/return check\(a\)[^]* It adds\.[^]*Why\?/);
});

test('cancelling stops it', async () => {
  const source = new CancellationTokenSource();
  await start({
    beforeStep: ({ kind, tokenIndex }) => {
      if (kind === 'token' && tokenIndex === 2) {
        source.cancel();
      }
      // The cancellation has to travel first.
      return new Promise((resolve) => setTimeout(resolve, tokenIndex >= 2 ? 20 : 0));
    },
    reply: () => 'A long explanation that nobody waits for, word after word.',
  });
  const answer = client.connection.sendRequest(protocol.explainRequest, explainAdd, source.token);
  expect(await answer).toEqual({ kind: 'cancelled' });
  expect(pieces.join('').length).toBeLessThan(40);
});

test('errors arrive with their code and advice', async () => {
  await start();
  const nowhere = {
    ...explainAdd,
    range: { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } },
  };
  expect(await client.connection.sendRequest(protocol.explainRequest, nowhere)).toMatchObject({
    kind: 'failed',
    code: 'no-symbol',
    advice: 'Select the code, or place the cursor in a function or class.',
  });
  const closed = { ...explainAdd, uri: 'file:///project/other.ts' };
  expect(await client.connection.sendRequest(protocol.explainRequest, closed)).toMatchObject({
    kind: 'failed',
    code: 'file-not-found',
  });
  await client.open('file:///project/.env', 'properties', 'KEY=1█');
  const secret = { ...explainAdd, uri: 'file:///project/.env' };
  expect(await client.connection.sendRequest(protocol.explainRequest, secret)).toMatchObject({
    kind: 'failed',
    code: 'bad-argument',
  });
});

test('a model that is not there, or does not load, is said', async () => {
  loader.present = false;
  await start();
  expect(await client.connection.sendRequest(protocol.explainRequest, explainAdd)).toMatchObject({
    kind: 'failed',
    code: 'model-not-found',
  });
  await client.close();
  loader.present = true;
  loader.failure = new UserError('out-of-memory', 'There is not enough memory.', 'Close something.');
  await start();
  expect(await client.connection.sendRequest(protocol.explainRequest, explainAdd)).toEqual({
    kind: 'failed',
    code: 'engine-failed',
    reason: 'There is not enough memory.',
    advice: 'Close something.',
  });
});

test('a completion overtakes an explanation, which still ends right', async () => {
  const scheduler = new Scheduler();
  const order: string[] = [];
  let completion: Promise<unknown> | undefined;
  const engine = await start(
    {
      beforeStep: ({ kind, tokenIndex }) => {
        if (kind === 'token' && tokenIndex === 3 && completion === undefined) {
          completion = scheduleEngine(engine, scheduler, 'completion')
            .generate({ promptIds: [1], maxTokens: 1, stopIds: new Set() }, neverAborted)
            .then(() => order.push('completion'));
        }
        return Promise.resolve();
      },
      // A real model continues its own words.
      reply: (prompt) => {
        const full = 'It adds two numbers.';
        const written = prompt.split('assistant\n').at(-1) ?? '';
        return full.startsWith(written) ? full.slice(written.length) : full;
      },
    },
    scheduler,
  );
  const result = await client.connection.sendRequest(protocol.explainRequest, explainAdd);
  order.push('explanation');
  await completion;
  expect(order).toEqual(['completion', 'explanation']);
  expect(result).toMatchObject({ kind: 'done', value: { text: 'It adds two numbers.' } });
  expect(pieces.join('')).toBe('It adds two numbers.');
});

test('comments come as edits of the version that was read, with progress', async () => {
  await start({ reply: () => ' Words of the model.\nmore' });
  const steps: unknown[] = [];
  client.connection.onNotification(protocol.documentProgressNotification, (step) => void steps.push(step));
  const result = await client.connection.sendRequest(protocol.documentRequest, {
    uri,
    range: addRange,
    scope: 'file',
    requestId: 3,
  });
  expect(result).toMatchObject({
    kind: 'done',
    value: { version: 1, symbolCount: 1, edits: [{ range: { start: { line: 0, character: 0 } } }] },
  });
  const newText = result.kind === 'done' ? (result.value.edits[0]?.newText ?? '') : '';
  expect(newText.match(/@param (\w+)/g)).toEqual(['@param a', '@param b']);
  expect(steps).toEqual([{ requestId: 3, doneCount: 0, totalCount: 1, symbolName: 'add' }]);
});

test('comments that are cancelled midway come to nothing', async () => {
  const source = new CancellationTokenSource();
  await start({
    beforeStep: ({ tokenIndex }) => {
      if (tokenIndex === 2) {
        source.cancel();
      }
      return new Promise((resolve) => setTimeout(resolve, tokenIndex >= 2 ? 20 : 0));
    },
  });
  const parameters = { uri, range: addRange, scope: 'range', requestId: 5 } as const;
  expect(await client.connection.sendRequest(protocol.documentRequest, parameters, source.token)).toEqual({
    kind: 'cancelled',
  });
});

test('nothing is inserted into a document that changed meanwhile', async () => {
  let typed = false;
  await start({
    beforeStep: async () => {
      if (!typed) {
        typed = true;
        await client.type(uri, 'x');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  });
  const parameters = { uri, range: addRange, scope: 'range', requestId: 4 } as const;
  expect(await client.connection.sendRequest(protocol.documentRequest, parameters)).toMatchObject({
    kind: 'failed',
    code: 'document-changed',
  });
});
