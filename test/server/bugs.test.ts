import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { CancellationTokenSource, DidSaveTextDocumentNotification } from 'vscode-languageserver/node';
import type { BugFinding, BugRequest } from '../../src/features/bugs/types';
import { scheduleEngine } from '../../src/server/scheduledEngine';
import { Scheduler } from '../../src/server/scheduler';
import * as protocol from '../../src/shared/protocol';
import { outlineText } from '../../src/syntax/outline';
import { createScriptedCompleter, createScriptedEngine, ScriptedLoader } from './scriptedModel';
import { connect, testSettings, type ConnectOptions, type TestClient } from './testClient';

const uri = 'file:///project/app.ts';
const restMs = 3_000;
const twoFunctions = [
  'export function first(right: number) {',
  '  return █wrong;',
  '}',
  '',
  'export function second(right: number) {',
  '  return wrong;',
  '}',
  '',
].join('\n');

let loader: ScriptedLoader;
let client: TestClient;
let facts: { linesToSkip: number[]; dismissedKeys: string[]; strictKinds: string[] };
let published: protocol.BugLines[];
/** What each check was asked to read, as text. */
let readTexts: string[][];

// Loading a grammar takes longer than tests wait.
beforeAll(() => outlineText('typescript', twoFunctions));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  loader = new ScriptedLoader();
  loader.bugs = {
    check: (request) => Promise.resolve(findWrong(request)),
    review: (request) => Promise.resolve(findWrong(request).map((found) => ({ ...found, strength: 'weak' }))),
  };
  facts = { linesToSkip: [], dismissedKeys: [], strictKinds: [] };
  published = [];
  readTexts = [];
});

afterEach(async () => {
  await client.close();
  vi.useRealTimers();
});

/** The "model" of these tests: in each function that it is to read, the word `wrong` is wrong. */
function findWrong({ text, ranges, linesToSkip }: BugRequest): BugFinding[] {
  readTexts.push(ranges.map(({ start, end }) => text.slice(start, end)));
  const functions = [...text.matchAll(/function (\w+)[^]*?\n}/g)].filter(({ index, 0: code }) =>
    ranges.some(({ start, end }) => start <= index + code.length && index <= end),
  );
  return functions.flatMap(({ index, 0: code, 1: functionName }) =>
    [...code.matchAll(/wrong(\d*)/g)]
      .map((match) => ({ start: index + match.index, weight: Number(match[1]) }))
      .filter(({ start }) => !linesToSkip.has(text.slice(0, start).split('\n').length - 1))
      .map(({ start, weight }) => ({
        kind: 'variable',
        strength: 'strong',
        range: { start, end: start + 5 },
        found: 'wrong',
        expected: 'right',
        logRatioNats: 10 + weight,
        record: { foundCount: 18, slipCount: 40, falseCount: 1, cleanLineCount: 2_788 },
        functionName,
      })),
  );
}

async function start(marked = twoFunctions, options: ConnectOptions = {}, openUri = uri) {
  client = await connect(loader, options);
  client.connection.onNotification(protocol.bugLinesNotification, (lines) => void published.push(lines));
  client.connection.onRequest(protocol.bugFactsRequest, () => facts);
  await client.connection.sendRequest(protocol.fetchModelRequest);
  await client.open(openUri, 'typescript', marked);
}

/** Everything sent before has arrived, and what it set off is done as far as no timer holds it. */
async function settle() {
  for (let round = 0; round < 10; round += 1) {
    await client.connection.sendRequest(protocol.modelStateRequest);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function rest() {
  await settle();
  vi.advanceTimersByTime(restMs);
  await settle();
}

/** `line:word` of the places told last, counted from 1. */
function shown(): string[] {
  return (published.at(-1)?.lines ?? []).map(({ range, found }) => `${range.start.line + 1}:${found}`);
}

async function save() {
  await client.connection.sendNotification(DidSaveTextDocumentNotification.type, { textDocument: { uri } });
}

async function configure(check: 'automatic' | 'whenSaved' | 'off') {
  const settings = { ...testSettings, 'bugs.check': check };
  await client.connection.sendNotification(protocol.configurationNotification, {
    settings,
    workspaceTrusted: true,
  });
}

test('what was edited is checked at rest, and nothing else of the file', async () => {
  await start();
  await rest();
  expect(readTexts).toEqual([]);
  await client.type(uri, 'a + ');
  await rest();
  expect(readTexts).toEqual([['a + ']]);
  expect(published).toEqual([
    {
      uri,
      version: 2,
      lines: [
        {
          kind: 'variable',
          strength: 'strong',
          range: { start: { line: 1, character: 13 }, end: { line: 1, character: 18 } },
          found: 'wrong',
          expected: 'right',
          logRatioNats: 10,
          record: { foundCount: 18, slipCount: 40, falseCount: 1, cleanLineCount: 2_788 },
          functionName: 'first',
          rank: null,
          dismissalKey: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        },
      ],
    },
  ]);
});

test('what was checked is not checked again, and a finding lives until its function is', async () => {
  await start(twoFunctions.replace('second(', 'second(a: number, '));
  await client.type(uri, 'a + ');
  await rest();
  client.moveTo(uri, { line: 5, character: 9 });
  await client.type(uri, 'b + ');
  await rest();
  expect(readTexts).toEqual([['a + '], ['b + ']]);
  expect(shown().toSorted()).toEqual(['2:wrong', '6:wrong']);
});

test('findings move with their lines at once, and go when their line is edited', async () => {
  await start();
  await client.type(uri, ' ');
  await rest();
  client.moveTo(uri, { line: 0, character: 0 });
  await client.type(uri, '// a comment\n\n');
  await settle();
  expect(published.at(-1)).toMatchObject({
    version: 3,
    lines: [{ range: { start: { line: 3, character: 10 } } }],
  });
  client.moveTo(uri, { line: 3, character: 0 });
  await client.type(uri, ' ');
  await settle();
  expect(published.at(-1)).toEqual({ uri, version: 4, lines: [] });
});

test('a keystroke takes the engine away in the middle of a check, which starts again at the next rest', async () => {
  const scheduler = new Scheduler();
  const trace: string[] = [];
  const engine = createScriptedEngine('42;');
  engine.score = async (_promptIds, targetIds, signal) => {
    trace.push('score');
    await new Promise((resolve) => setImmediate(resolve));
    if (trace.length === 2) {
      // Held in the middle of a pass until something aborts it, as a long pass would be.
      await client.type(uri, 'x');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      trace.push('aborted');
    }
    signal.throwIfAborted();
    return new Float32Array(targetIds.length);
  };
  const generate = engine.generate.bind(engine);
  engine.generate = (request, signal) => {
    trace.push('completion');
    return generate(request, signal);
  };
  const background = scheduleEngine(engine, scheduler, 'background');
  loader.completer = createScriptedCompleter(scheduleEngine(engine, scheduler, 'completion'));
  loader.bugs.check = async (request, signal) => {
    for (let pass = 0; pass < 3; pass += 1) {
      await background.score([1], [2], signal);
    }
    return findWrong(request);
  };
  await start();
  await client.type(uri, 'a');
  await settle();
  vi.advanceTimersByTime(restMs);
  await vi.waitFor(() => expect(trace).toContain('aborted'));
  expect(published).toEqual([]);
  expect(await client.ask(uri)).toHaveLength(1);
  await rest();
  expect(trace).toEqual(['score', 'score', 'aborted', 'completion', 'score', 'score', 'score']);
  expect(shown()).toEqual(['2:wrong']);
});

test('a check that gave way to a completion is made up for, without another keystroke', async () => {
  let attempts = 0;
  loader.bugs.check = (request) => {
    attempts += 1;
    return attempts === 1
      ? Promise.reject(new DOMException('yielded to a more urgent job', 'AbortError'))
      : Promise.resolve(findWrong(request));
  };
  await start();
  await client.type(uri, ' ');
  await settle();
  vi.advanceTimersByTime(restMs);
  await vi.waitFor(() => expect(attempts).toBe(1));
  await rest();
  expect(attempts).toBe(2);
  expect(shown()).toEqual(['2:wrong']);
});

test('what was read before a keystroke ended the check is not read again', async () => {
  let attempts = 0;
  loader.bugs.check = async (request, signal) => {
    attempts += 1;
    if (attempts === 2) {
      await client.type(uri, 'b');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      signal.throwIfAborted();
    }
    return findWrong(request);
  };
  await start();
  await client.type(uri, 'a');
  client.moveTo(uri, { line: 5, character: 9 });
  await client.type(uri, 'b');
  await rest();
  expect(shown()).toEqual(['2:wrong']);
  await rest();
  expect(readTexts).toEqual([['a'], ['bb']]);
  expect(shown().toSorted()).toEqual(['2:wrong', '6:wrong']);
});

test('a check that fails is logged and not tried for ever', async () => {
  let attempts = 0;
  loader.bugs.check = () => {
    attempts += 1;
    return Promise.reject(new Error('the graph has no such output'));
  };
  await start();
  await client.type(uri, ' ');
  await rest();
  await rest();
  expect(attempts).toBe(1);
  expect(client.logLines).toContainEqual(expect.stringContaining('the graph has no such output'));
});

test('at most three lines of a file are told, the surest, and dismissed ones take no place', async () => {
  const lines = [1, 2, 3, 4, 5].map((weight) => `  use(wrong${weight});`).join('\n');
  await start(`function many() {█\n${lines}\n}\n`);
  await client.type(uri, ' ');
  await rest();
  expect(shown()).toEqual(['6:wrong', '5:wrong', '4:wrong']);
  facts.dismissedKeys = [published.at(-1)?.lines[0]?.dismissalKey ?? ''];
  await client.type(uri, ' ');
  await rest();
  expect(shown()).toEqual(['5:wrong', '4:wrong', '3:wrong']);
});

test('a dismissal holds for the line wherever it stands, not for another line, kind or function', async () => {
  await start('function one() {█\n  use(wrong);\n}\nfunction two() {\n  use(wrong);\n}\n');
  const keys = async () => {
    await rest();
    return (published.at(-1)?.lines ?? []).map(({ dismissalKey }) => dismissalKey);
  };
  await client.type(uri, ' ');
  const [first] = await keys();
  await client.type(uri, '\n\n    const a = 1;');
  expect(await keys()).toEqual([first]);
  // Indented otherwise, and the same line in the other function.
  for (const line of [3, 6]) {
    client.moveTo(uri, { line, character: 0 });
    await client.type(uri, '    ');
  }
  const both = await keys();
  expect(new Set(both).size).toBe(2);
  expect(both).toContain(first);
  client.moveTo(uri, { line: 3, character: 6 });
  await client.type(uri, 're');
  expect(await keys()).not.toContain(first);
});

test('what was found is judged again with the next edit of its function', async () => {
  await start('function one() {█\n  use(wrong);\n  use(right);\n}\n');
  await client.type(uri, ' ');
  await rest();
  expect(shown()).toEqual(['2:wrong']);
  client.moveTo(uri, { line: 2, character: 2 });
  await client.type(uri, 're');
  await rest();
  expect(readTexts).toEqual([[' '], ['re', '  use(wrong);']]);
  expect(shown()).toEqual(['2:wrong']);
});

test('lines with a diagnostic of somebody else are left out', async () => {
  facts.linesToSkip = [1];
  await start();
  await client.type(uri, ' ');
  await rest();
  expect(readTexts).toHaveLength(1);
  expect(shown()).toEqual([]);
});

test.each([
  ['file:///project/test/app.ts', twoFunctions],
  ['file:///project/app.test.ts', twoFunctions],
  ['file:///project/node_modules/left/index.ts', twoFunctions],
  ['file:///project/api.secret.json', twoFunctions],
  [uri, `// Code generated by protoc. DO NOT EDIT.\n${twoFunctions}`],
  [uri, `${twoFunctions}\nconst table = '${'x'.repeat(6_000)}';\n`],
])('%s is not checked by itself, case %#', async (fileUri, text) => {
  await start(text, { folder: 'file:///project' }, fileUri);
  await client.type(fileUri, ' ');
  await rest();
  expect(readTexts).toEqual([]);
});

test('the folders above the workspace say nothing about a file', async () => {
  await start(twoFunctions, { folder: 'file:///test/project' }, 'file:///test/project/app.ts');
  await client.type('file:///test/project/app.ts', ' ');
  await rest();
  expect(readTexts).toHaveLength(1);
});

test('the setting decides when: at rest, only when saved, or never', async () => {
  await start(twoFunctions, { settings: { ...testSettings, 'bugs.check': 'whenSaved' } });
  await client.type(uri, ' ');
  await rest();
  expect(readTexts).toEqual([]);
  await save();
  await rest();
  expect(shown()).toEqual(['2:wrong']);
  await configure('off');
  await settle();
  expect(published.at(-1)?.lines).toEqual([]);
  await client.type(uri, ' ');
  await save();
  await rest();
  expect(readTexts).toHaveLength(1);
  await configure('automatic');
  await rest();
  expect(readTexts).toHaveLength(2);
});

test('while Sotto is paused nothing is checked, and afterwards it is', async () => {
  await start();
  await client.connection.sendNotification(protocol.pauseNotification, { paused: true });
  await client.type(uri, ' ');
  await rest();
  expect(readTexts).toEqual([]);
  await client.connection.sendNotification(protocol.pauseNotification, { paused: false });
  await rest();
  expect(shown()).toEqual(['2:wrong']);
});

test('after a check the completion reads ahead to the cursor again', async () => {
  await start();
  const place = { uri, position: { line: 1, character: 10 } };
  await client.type(uri, ' ');
  await client.connection.sendNotification(protocol.cursorRestNotification, place);
  await settle();
  const { events } = loader.completer;
  expect(events).toEqual(['warm up at 49']);
  await rest();
  expect(events).toEqual(['warm up at 49', 'warm up at 49']);
});

const inFirst = { start: { line: 1, character: 4 }, end: { line: 1, character: 4 } };

test('a review reads what was not edited, tells its progress and ranks the lines', async () => {
  const steps: unknown[] = [];
  loader.bugs.review = (request, onProgress) => {
    onProgress(0, 2, 'first');
    onProgress(1, 2, 'second');
    return Promise.resolve(findWrong(request).map((found) => ({ ...found, strength: 'weak' })));
  };
  await start();
  client.connection.onNotification(protocol.reviewProgressNotification, (step) => void steps.push(step));
  const answer = await client.connection.sendRequest(protocol.reviewRequest, {
    uri,
    range: inFirst,
    requestId: 5,
    scope: 'function',
  });
  expect(answer).toMatchObject({
    kind: 'done',
    value: {
      version: 1,
      functionName: 'first',
      lines: [{ rank: 1, strength: 'weak', functionName: 'first' }],
    },
  });
  expect(steps).toEqual([
    { requestId: 5, doneCount: 0, totalCount: 2, functionName: 'first' },
    { requestId: 5, doneCount: 1, totalCount: 2, functionName: 'second' },
  ]);
  expect(shown()).toEqual(['2:wrong']);
  const file = { uri, range: inFirst, requestId: 6, scope: 'file' } as const;
  expect(await client.connection.sendRequest(protocol.reviewRequest, file)).toMatchObject({
    kind: 'done',
    value: { functionName: null, lines: [{ rank: 1 }, { rank: 2 }] },
  });
  expect(shown()).toEqual(['2:wrong', '6:wrong']);
});

test('what is typed during a review moves its lines, and takes those away that it changes', async () => {
  loader.bugs.review = async (request) => {
    client.moveTo(uri, { line: 0, character: 0 });
    await client.type(uri, '// a comment\n');
    client.moveTo(uri, { line: 6, character: 0 });
    await client.type(uri, ' ');
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    return findWrong(request);
  };
  await start();
  const file = { uri, range: inFirst, requestId: 6, scope: 'file' } as const;
  await client.connection.sendRequest(protocol.reviewRequest, file);
  expect(published.at(-1)?.version).toBe(3);
  expect(shown()).toEqual(['3:wrong']);
});

test('no check runs beside a review', async () => {
  let finish: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  loader.bugs.review = () => held.then(() => []);
  await start();
  await client.type(uri, ' ');
  const review = client.connection.sendRequest(protocol.reviewRequest, {
    uri,
    range: inFirst,
    requestId: 1,
    scope: 'file',
  });
  await settle();
  await client.connection.sendNotification(protocol.cursorRestNotification, { uri, position: inFirst.start });
  await rest();
  expect(readTexts).toEqual([]);
  finish();
  await review;
  await rest();
  expect(readTexts).toHaveLength(1);
});

test('a review can be cancelled, and says what is missing', async () => {
  loader.bugs.review = (_request, _onProgress, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  await start();
  const source = new CancellationTokenSource();
  const review = client.connection.sendRequest(
    protocol.reviewRequest,
    { uri, range: inFirst, requestId: 1, scope: 'file' },
    source.token,
  );
  await settle();
  source.cancel();
  expect(await review).toEqual({ kind: 'cancelled' });
  const outside = { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } };
  expect(
    await client.connection.sendRequest(protocol.reviewRequest, {
      uri,
      range: outside,
      requestId: 2,
      scope: 'function',
    }),
  ).toMatchObject({ kind: 'failed', code: 'no-symbol' });
});
