import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { scheduleEngine } from '../../src/server/scheduledEngine';
import { Scheduler } from '../../src/server/scheduler';
import * as protocol from '../../src/shared/protocol';
import { BugScene, restMs, twoFunctions, uri } from './bugScene';
import { createScriptedCompleter, createScriptedEngine } from './scriptedModel';
import { testSettings } from './testClient';

let scene: BugScene;

beforeEach(async () => {
  scene = await BugScene.create();
});
afterEach(() => scene.dispose());

test('what was edited is checked at rest, and nothing else of the file', async () => {
  await scene.start();
  await scene.rest();
  expect(scene.readTexts).toEqual([]);
  await scene.client.type(uri, 'a + ');
  await scene.rest();
  expect(scene.readTexts).toEqual([['a + ']]);
  expect(scene.published).toEqual([
    {
      uri,
      version: 2,
      lines: [
        {
          kind: 'variable',
          strength: 'strong',
          range: { start: { line: 1, character: 13 }, end: { line: 1, character: 18 } },
          edit: {
            found: 'wrong',
            expected: 'right',
            logRatioNats: 10,
            record: { foundCount: 18, slipCount: 40, falseCount: 1, cleanLineCount: 2_788 },
          },
          functionName: 'first',
          review: null,
          dismissalKey: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        },
      ],
    },
  ]);
});

test('what was checked is not checked again, and a finding lives until its function is', async () => {
  await scene.start(twoFunctions.replace('second(', 'second(a: number, '));
  await scene.client.type(uri, 'a + ');
  await scene.rest();
  scene.client.moveTo(uri, { line: 5, character: 9 });
  await scene.client.type(uri, 'b + ');
  await scene.rest();
  expect(scene.readTexts).toEqual([['a + '], ['b + ']]);
  expect(scene.shown().toSorted()).toEqual(['2:wrong', '6:wrong']);
});

test('findings move with their lines at once, and go when their line is edited', async () => {
  await scene.start();
  await scene.client.type(uri, ' ');
  await scene.rest();
  scene.client.moveTo(uri, { line: 0, character: 0 });
  await scene.client.type(uri, '// a comment\n\n');
  await scene.settle();
  expect(scene.published.at(-1)).toMatchObject({
    version: 3,
    lines: [{ range: { start: { line: 3, character: 10 } } }],
  });
  scene.client.moveTo(uri, { line: 3, character: 0 });
  await scene.client.type(uri, ' ');
  await scene.settle();
  expect(scene.published.at(-1)).toEqual({ uri, version: 4, lines: [] });
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
      await scene.client.type(uri, 'x');
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
  scene.loader.completer = createScriptedCompleter(scheduleEngine(engine, scheduler, 'completion'));
  scene.loader.bugs.check = async (_uri, request, signal) => {
    for (let pass = 0; pass < 3; pass += 1) {
      await background.score([1], [2], signal);
    }
    return scene.findWrong(request);
  };
  await scene.start();
  await scene.client.type(uri, 'a');
  await scene.settle();
  vi.advanceTimersByTime(restMs);
  await vi.waitFor(() => expect(trace).toContain('aborted'));
  expect(scene.published).toEqual([]);
  expect(await scene.client.ask(uri)).toHaveLength(1);
  await scene.rest();
  expect(trace).toEqual(['score', 'score', 'aborted', 'completion', 'score', 'score', 'score']);
  expect(scene.shown()).toEqual(['2:wrong']);
});

test('a check that gave way to a completion is made up for, without another keystroke', async () => {
  let attempts = 0;
  scene.loader.bugs.check = (_uri, request) => {
    attempts += 1;
    return attempts === 1
      ? Promise.reject(new DOMException('yielded to a more urgent job', 'AbortError'))
      : Promise.resolve(scene.findWrong(request));
  };
  await scene.start();
  await scene.client.type(uri, ' ');
  await scene.settle();
  vi.advanceTimersByTime(restMs);
  await vi.waitFor(() => expect(attempts).toBe(1));
  await scene.rest();
  expect(attempts).toBe(2);
  expect(scene.shown()).toEqual(['2:wrong']);
});

test('what was read before a keystroke ended the check is not read again', async () => {
  let attempts = 0;
  scene.loader.bugs.check = async (_uri, request, signal) => {
    attempts += 1;
    if (attempts === 2) {
      await scene.client.type(uri, 'b');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      signal.throwIfAborted();
    }
    return scene.findWrong(request);
  };
  await scene.start();
  await scene.client.type(uri, 'a');
  scene.client.moveTo(uri, { line: 5, character: 9 });
  await scene.client.type(uri, 'b');
  await scene.rest();
  expect(scene.shown()).toEqual(['2:wrong']);
  await scene.rest();
  expect(scene.readTexts).toEqual([['a'], ['bb']]);
  expect(scene.shown().toSorted()).toEqual(['2:wrong', '6:wrong']);
});

test('a check that fails is logged and not tried for ever', async () => {
  let attempts = 0;
  scene.loader.bugs.check = () => {
    attempts += 1;
    return Promise.reject(new Error('the graph has no such output'));
  };
  await scene.start();
  await scene.client.type(uri, ' ');
  await scene.rest();
  await scene.rest();
  expect(attempts).toBe(1);
  expect(scene.client.logLines).toContainEqual(expect.stringContaining('the graph has no such output'));
});

test('at most three lines of a file are told, the surest, and dismissed ones take no place', async () => {
  const lines = [1, 2, 3, 4, 5].map((weight) => `  use(wrong${weight});`).join('\n');
  await scene.start(`function many() {█\n${lines}\n}\n`);
  await scene.client.type(uri, ' ');
  await scene.rest();
  expect(scene.shown()).toEqual(['6:wrong', '5:wrong', '4:wrong']);
  scene.facts.dismissedKeys = [scene.published.at(-1)?.lines[0]?.dismissalKey ?? ''];
  await scene.client.type(uri, ' ');
  await scene.rest();
  expect(scene.shown()).toEqual(['5:wrong', '4:wrong', '3:wrong']);
});

test('a dismissal holds for the line wherever it stands, not for another line, kind or function', async () => {
  await scene.start('function one() {█\n  use(wrong);\n}\nfunction two() {\n  use(wrong);\n}\n');
  const keys = async () => {
    await scene.rest();
    return (scene.published.at(-1)?.lines ?? []).map(({ dismissalKey }) => dismissalKey);
  };
  await scene.client.type(uri, ' ');
  const [first] = await keys();
  await scene.client.type(uri, '\n\n    const a = 1;');
  expect(await keys()).toEqual([first]);
  // Indented otherwise, and the same line in the other function.
  for (const line of [3, 6]) {
    scene.client.moveTo(uri, { line, character: 0 });
    await scene.client.type(uri, '    ');
  }
  const both = await keys();
  expect(new Set(both).size).toBe(2);
  expect(both).toContain(first);
  scene.client.moveTo(uri, { line: 3, character: 6 });
  await scene.client.type(uri, 're');
  expect(await keys()).not.toContain(first);
});

test('what was found is judged again with the next edit of its function', async () => {
  await scene.start('function one() {█\n  use(wrong);\n  use(right);\n}\n');
  await scene.client.type(uri, ' ');
  await scene.rest();
  expect(scene.shown()).toEqual(['2:wrong']);
  scene.client.moveTo(uri, { line: 2, character: 2 });
  await scene.client.type(uri, 're');
  await scene.rest();
  expect(scene.readTexts).toEqual([[' '], ['re', '  use(wrong);']]);
  expect(scene.shown()).toEqual(['2:wrong']);
});

describe('a line with a diagnostic of somebody else', () => {
  beforeEach(async () => {
    scene.facts.linesToSkip = [1];
    await scene.start();
  });

  /** The compiler is done with the text of now. */
  async function freeLines(): Promise<void> {
    scene.facts.linesToSkip = [];
    await scene.client.connection.sendNotification(protocol.linesFreedNotification, { uri });
    await scene.rest();
  }

  test('is left out, and checked when the diagnostic is gone', async () => {
    await scene.client.type(uri, ' ');
    await scene.rest();
    expect(scene.readTexts).toHaveLength(1);
    expect(scene.shown()).toEqual([]);
    await freeLines();
    expect(scene.readTexts).toEqual([[' '], ['  return  wrong;']]);
    expect(scene.shown()).toEqual(['2:wrong']);
    await freeLines();
    expect(scene.readTexts).toHaveLength(2);
  });

  test('is checked with the next edit of its function, where nobody says that it is gone', async () => {
    await scene.client.type(uri, ' ');
    await scene.rest();
    scene.client.moveTo(uri, { line: 0, character: 0 });
    await scene.client.type(uri, '// Why.\n');
    scene.client.moveTo(uri, { line: 3, character: 0 });
    await scene.client.type(uri, '\t');
    scene.facts.linesToSkip = [];
    await scene.rest();
    expect(scene.readTexts.at(-1)).toEqual(['\t', '  return  wrong;']);
  });

  test('is not read with other edits for as long as the diagnostic stands', async () => {
    await scene.client.type(uri, ' ');
    await scene.rest();
    scene.client.moveTo(uri, { line: 0, character: 38 });
    await scene.client.type(uri, ' ');
    await scene.rest();
    expect(scene.readTexts.at(-1)).toEqual([' ']);
    await freeLines();
    expect(scene.shown()).toEqual(['2:wrong']);
  });

  test('waits for the next save only where more was typed since the last one', async () => {
    await scene.configure('whenSaved');
    await scene.client.type(uri, ' ');
    await scene.save();
    await scene.rest();
    expect(scene.readTexts).toHaveLength(1);
    await freeLines();
    expect(scene.shown()).toEqual(['2:wrong']);

    scene.facts.linesToSkip = [1];
    await scene.client.type(uri, ' ');
    await scene.save();
    await scene.rest();
    await scene.client.type(uri, ' ');
    await freeLines();
    expect(scene.shown()).toEqual([]);
    await scene.save();
    await scene.rest();
    expect(scene.shown()).toEqual(['2:wrong']);
  });
});

test('what was typed while its function did not parse is checked when it does', async () => {
  await scene.start('function one() {█\n  use(right);\n  use(right);\n  use(right);\n}\n');
  await scene.client.type(uri, 'a();');
  scene.client.moveTo(uri, { line: 3, character: 6 });
  await scene.client.type(uri, '[');
  await scene.rest();
  scene.client.moveTo(uri, { line: 3, character: 12 });
  await scene.client.type(uri, ']');
  await scene.rest();
  expect(scene.readTexts.at(-1)).toEqual([']', 'function one() {a();']);
});

test.each([
  ['file:///project/test/app.ts', twoFunctions],
  ['file:///project/app.test.ts', twoFunctions],
  ['file:///project/node_modules/left/index.ts', twoFunctions],
  ['file:///project/api.secret.json', twoFunctions],
  [uri, `// Code generated by protoc. DO NOT EDIT.\n${twoFunctions}`],
  [uri, `${twoFunctions}\nconst table = '${'x'.repeat(6_000)}';\n`],
])('%s is not checked by itself, case %#', async (fileUri, text) => {
  await scene.start(text, { folder: 'file:///project' }, fileUri);
  await scene.client.type(fileUri, ' ');
  await scene.rest();
  expect(scene.readTexts).toEqual([]);
});

test('the folders above the workspace say nothing about a file', async () => {
  await scene.start(twoFunctions, { folder: 'file:///test/project' }, 'file:///test/project/app.ts');
  await scene.client.type('file:///test/project/app.ts', ' ');
  await scene.rest();
  expect(scene.readTexts).toHaveLength(1);
});

test('the setting decides when: at rest, only when saved, or never', async () => {
  await scene.start(twoFunctions, { settings: { ...testSettings, 'bugs.check': 'whenSaved' } });
  await scene.client.type(uri, ' ');
  await scene.rest();
  expect(scene.readTexts).toEqual([]);
  await scene.save();
  await scene.rest();
  expect(scene.shown()).toEqual(['2:wrong']);
  await scene.configure('off');
  await scene.settle();
  expect(scene.published.at(-1)?.lines).toEqual([]);
  await scene.client.type(uri, ' ');
  await scene.save();
  await scene.rest();
  expect(scene.readTexts).toHaveLength(1);
  await scene.configure('automatic');
  await scene.rest();
  expect(scene.readTexts).toHaveLength(2);
});

test.each([
  ['Sotto', { paused: true, languages: [] }],
  ['the language', { paused: false, languages: ['typescript'] }],
])('while %s is paused nothing is checked, and afterwards it is', async (_name, pause) => {
  await scene.start();
  await scene.client.connection.sendNotification(protocol.pauseNotification, pause);
  await scene.client.type(uri, ' ');
  await scene.rest();
  expect(scene.readTexts).toEqual([]);
  await scene.client.connection.sendNotification(protocol.pauseNotification, {
    paused: false,
    languages: [],
  });
  await scene.rest();
  expect(scene.shown()).toEqual(['2:wrong']);
});

test('in a language that is off nothing is checked', async () => {
  await scene.start(twoFunctions, { settings: { ...testSettings, languages: { typescript: false } } });
  await scene.client.type(uri, ' ');
  await scene.rest();
  expect(scene.readTexts).toEqual([]);
});

test('after a check the completion reads ahead to the cursor again', async () => {
  await scene.start();
  const place = { uri, position: { line: 1, character: 10 } };
  await scene.client.type(uri, ' ');
  await scene.client.connection.sendNotification(protocol.cursorRestNotification, place);
  await scene.settle();
  const { events } = scene.loader.completer;
  expect(events).toEqual(['warm up at 49']);
  await scene.rest();
  expect(events).toEqual(['warm up at 49', 'warm up at 49']);
});
