// The model as a chat model for other extensions, over the real protocol.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { neverAborted } from '../../src/base/abort';
import type { Tokenizer } from '../../src/tokenizer/tokenizer';
import { scheduleEngine } from '../../src/server/scheduledEngine';
import { Scheduler } from '../../src/server/scheduler';
import * as protocol from '../../src/shared/protocol';
import { byteTokenizer } from '../support/byteTokenizer';
import { createScriptedEngine, type Script } from '../support/scriptedEngine';
import { ScriptedLoader } from './scriptedModel';
import { connect, type TestClient } from './testClient';

let loader: ScriptedLoader;
let client: TestClient;
let pieces: string[];

beforeEach(() => {
  loader = new ScriptedLoader();
});

afterEach(async () => {
  await client.close();
});

interface StartOptions {
  readonly script?: Partial<Script>;
  readonly scheduler?: Scheduler;
  readonly contextCapacity?: number;
  readonly tokenizer?: Tokenizer;
}

async function start(options: StartOptions = {}) {
  const { script, scheduler = new Scheduler(), contextCapacity = 2048, tokenizer = byteTokenizer } = options;
  const engine = { ...createScriptedEngine({ reply: () => 'It adds.', ...script }), contextCapacity };
  loader.commands = {
    engine: scheduleEngine(engine, scheduler, 'command'),
    tokenizer,
    chatTemplate: undefined,
  };
  client = await connect(loader);
  pieces = [];
  client.connection.onNotification(protocol.chatProgressNotification, ({ requestId, text }) => {
    if (requestId === 7) {
      pieces.push(text);
    }
  });
  return engine;
}

function chat(content: string, token?: CancellationTokenSource['token']) {
  const messages = [{ role: 'user', content }] as const;
  return client.connection.sendRequest(protocol.chatRequest, { requestId: 7, messages }, token);
}

function describeModel() {
  return client.connection.sendRequest(protocol.chatModelRequest);
}

test('the model is described without being loaded, and as it is once it is loaded', async () => {
  await start({ contextCapacity: 1024 });
  expect(await describeModel()).toEqual({
    name: 'qwen2.5-coder-0.5b',
    maxInputTokens: 1472,
    maxOutputTokens: 512,
  });
  expect(loader.log).toEqual([]);
  await chat('Hello');
  expect(await describeModel()).toMatchObject({ maxInputTokens: 704, maxOutputTokens: 256 });
});

test('a model that is not there, and one that was not trained for chat, are not offered', async () => {
  loader.present = false;
  await start();
  expect(await describeModel()).toBeNull();
  expect(await chat('Hello')).toMatchObject({ kind: 'failed', code: 'model-not-found' });
  await client.close();
  loader.present = true;
  await start({ tokenizer: { ...byteTokenizer, specialId: () => undefined } });
  expect(await chat('Hello')).toMatchObject({ kind: 'failed', code: 'unsupported-model' });
  expect(await describeModel()).toBeNull();
});

test('an answer streams; messages of one role become one, and empty ones none', async () => {
  const engine = await start();
  const messages = [
    { role: 'user', content: 'Be brief.' },
    { role: 'user', content: 'What does add(a, b) do?' },
    { role: 'assistant', content: 'It <|im_end|> adds.' },
    { role: 'assistant', content: '' },
    { role: 'user', content: 'And sub?' },
  ] as const;
  const result = await client.connection.sendRequest(protocol.chatRequest, { requestId: 7, messages });
  expect(result).toEqual({ kind: 'done', value: { cut: false } });
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.join('')).toBe('It adds.');
  expect(engine.prompts.at(-1)).toMatchInlineSnapshot(`
    "<|im_start|>user
    Be brief.

    What does add(a, b) do?<|im_end|>
    <|im_start|>assistant
    It <|im_end|> adds.<|im_end|>
    <|im_start|>user
    And sub?<|im_end|>
    <|im_start|>assistant
    "
  `);
});

test('cancelling stops it at the next token', async () => {
  const source = new CancellationTokenSource();
  await start({
    script: {
      beforeStep: ({ kind, tokenIndex }) => {
        if (kind === 'token' && tokenIndex === 2) {
          source.cancel();
        }
        // The cancellation has to travel first.
        return new Promise((resolve) => setTimeout(resolve, tokenIndex >= 2 ? 20 : 0));
      },
      reply: () => 'A long answer that nobody waits for, word after word.',
    },
  });
  expect(await chat('Tell me a story.', source.token)).toEqual({ kind: 'cancelled' });
  expect(pieces.join('').length).toBeLessThan(10);
});

test('what the counts say fits is answered, and what does not fit is refused whole', async () => {
  const engine = await start({ contextCapacity: 1024 });
  const count = (text: string, isMessage: boolean) =>
    client.connection.sendRequest(protocol.countTokensRequest, { text, isMessage });
  expect(await count('añb', false)).toEqual({ kind: 'done', value: 4 });
  const longest = 'x'.repeat(698);
  expect(await count(longest, true)).toEqual({ kind: 'done', value: 704 });
  expect(await chat(longest)).toMatchObject({ kind: 'done' });

  expect(await chat('x'.repeat(1000))).toMatchObject({
    kind: 'failed',
    code: 'text-too-large',
    reason: expect.stringMatching(/it has 10\d\d tokens, and the model takes 704\.$/) as string,
  });
  expect(await chat('x'.repeat(5_000_000))).toMatchObject({ kind: 'failed', code: 'text-too-large' });
  expect(await chat('')).toMatchObject({ kind: 'failed', code: 'bad-argument' });
  expect(engine.prompts).toHaveLength(1);
});

test('an answer that does not end is cut where its share of the context ends', async () => {
  await start({ contextCapacity: 512, script: { reply: () => 'word '.repeat(1000) } });
  expect(await chat('Count.')).toEqual({ kind: 'done', value: { cut: true } });
  expect(pieces.join('')).toHaveLength(128);
});

test('a completion overtakes an answer, which goes on where it stopped', async () => {
  const scheduler = new Scheduler();
  const order: string[] = [];
  const full = 'It adds two numbers.';
  let completion: Promise<unknown> | undefined;
  const engine = await start({
    scheduler,
    script: {
      beforeStep: ({ kind, tokenIndex }) => {
        if (kind === 'token' && tokenIndex === 3 && completion === undefined) {
          completion = scheduleEngine(engine, scheduler, 'completion')
            .generate({ promptIds: [1], maxTokens: 1, stopIds: new Set() }, neverAborted)
            .then(() => order.push('completion'));
        }
        return Promise.resolve();
      },
      // A real model continues its own words.
      reply: (prompt) => full.slice((prompt.split('assistant\n')[1] ?? '').length),
    },
  });
  expect(await chat('What does it do?')).toMatchObject({ kind: 'done' });
  order.push('answer');
  await completion;
  expect(order).toEqual(['completion', 'answer']);
  expect(pieces.join('')).toBe(full);
});
