import { afterEach, expect, test, vi } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import type { Suggestion } from '../../../src/features/completion/types';
import { requestAt } from '../../support/completionRequest';
import type { Script } from '../../support/scriptedEngine';
import { gate, setUp } from './completerScene';

afterEach(() => void vi.restoreAllMocks());

/** `alpha;`, or begun otherwise `beta;` or `gamma;`; of the tokens one is a space that was typed. */
const script: Script = {
  reply: (prompt) => ({ b: 'eta;\n', g: 'amma;\n' })[prompt.slice(-1)] ?? 'alpha;\n',
  logProbability: (index, prompt) => (index === 1 && prompt.endsWith('=') ? -0.5 : -0.01),
  runnerUp: (index, prompt) =>
    prompt.endsWith('=') && index > 0 && index < 3
      ? { character: index === 1 ? 'b' : 'g', logProbability: -1 - index }
      : undefined,
};
const ask = async (
  { completer }: Pick<ReturnType<typeof setUp>, 'completer'>,
  request = requestAt('a = █\n', { trigger: 'manual' }),
) => {
  const shown = await completer.complete(request, neverAborted);
  return shown.kind === 'none'
    ? shown.reason
    : [shown, ...(await completer.alternatives(request, shown, neverAborted))].map(({ text }) => text);
};

test('who asks what else there is gets other lines, the likeliest beginning first, and again without the engine', async () => {
  const made = setUp(script);
  expect(await ask(made)).toEqual(['alpha;', 'beta;', 'agamma;']);
  const askedCount = made.engine.prompts.length;
  expect(await ask(made)).toEqual(['alpha;', 'beta;', 'agamma;']);
  expect(made.engine.prompts).toHaveLength(askedCount);
});

test('who asks what else there is keeps the one that is typed, however unlikely it is', async () => {
  const made = setUp(script);
  await ask(made);
  const askedCount = made.engine.prompts.length;
  expect(await made.complete('a = be█\n')).toBe('typed-through: a = be[ta;]\n');
  expect(await made.complete('a = █\n')).toBe('cache: a = [alpha;]\n');
  expect(made.engine.prompts).toHaveLength(askedCount);
});

test('who asks what else there is gets nothing that is there already, and nothing that is not fit to be shown', async () => {
  const made = setUp({
    ...script,
    reply: (prompt) => (prompt.endsWith('b') ? '-'.repeat(100) : 'alpha;\n'),
  });
  expect(await ask(made)).toEqual(['alpha;', 'agalpha;']);
  const same = setUp({
    ...script,
    runnerUp: (index) => (index > 0 ? { character: '\n', logProbability: -3 } : undefined),
  });
  expect(await ask(same)).toEqual(['alpha;', 'a', 'al', 'alp']);
});

test('who asks what else there is waits for the rest of a block that is written, and ends what is prepared elsewhere', async () => {
  const held = gate(({ tokenIndex }) => tokenIndex === 'a();\n  b('.length);
  const { engine, completer } = setUp({ reply: () => 'a();\n  b();\n}\n', beforeStep: held.beforeStep });
  const request = requestAt('function f() {\n  █\n}\n', { options: { deadlineMs: 30 } });
  const shown = await completer.complete(request, neverAborted);
  const found = completer.alternatives({ ...request, trigger: 'manual' }, shown as Suggestion, neverAborted);
  held.open();
  expect(await found).toEqual([]);
  expect(engine.abortedCount()).toBe(0);
  expect(await ask({ completer }, request)).toEqual(['a();\n  b();']);
});

test('an aborted search gives what it has, and the next one looks again', async () => {
  let isHeld = false;
  const held = gate(() => isHeld);
  const made = setUp({ ...script, beforeStep: held.beforeStep });
  const request = requestAt('a = █\n', { trigger: 'manual' });
  const shown = await made.completer.complete(request, neverAborted);
  isHeld = true;
  const controller = new AbortController();
  const found = made.completer.alternatives(request, shown as Suggestion, controller.signal);
  await held.arrived;
  controller.abort();
  isHeld = false;
  held.open();
  expect(await found).toEqual([]);
  expect(await ask(made)).toEqual(['alpha;', 'beta;', 'agamma;']);
});

test('who asks by key where the model would rather repeat the next line gets the likeliest other one', async () => {
  const { completer, complete } = setUp({
    ...script,
    reply: (prompt) => (prompt.endsWith('b') ? 'eta;\n' : 'alpha;\n'),
  });
  const marked = 'a = █\na = alpha;\nmore();\n';
  expect(await complete(marked)).toBe('repeats-context');
  expect(await complete(marked, { trigger: 'manual' })).toBe('model: a = [beta;]\na = alpha;\nmore();\n');
  expect(await ask({ completer }, requestAt(marked, { trigger: 'manual' }))).toEqual(['beta;', 'agalpha;']);
  expect(await complete(marked)).toBe('repeats-context');
  expect(await complete(marked.replace('█', 'b█'))).toBe('typed-through: a = b[eta;]\na = alpha;\nmore();\n');
});

test('when time is up, of a block that is written the whole lines are offered', async () => {
  const limit = new AbortController();
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
  const held = gate(({ tokenIndex }) => tokenIndex === 'a();\n  b('.length);
  let isOther = false;
  const { completer } = setUp({
    reply: (prompt) => {
      isOther = prompt.endsWith('x');
      return isOther ? '();\n  other();\n}\n' : 'a();\n}\n';
    },
    runnerUp: (index, prompt) =>
      index === 2 && !prompt.endsWith('x') ? { character: 'x', logProbability: -1 } : undefined,
    beforeStep: async (step) => (isOther ? held.beforeStep(step) : undefined),
  });
  const request = requestAt('function f() {\n  █\n}\n', { trigger: 'manual' });
  const shown = await completer.complete(request, neverAborted);
  const found = completer.alternatives(request, shown as Suggestion, neverAborted);
  await held.arrived;
  limit.abort();
  held.open();
  expect((await found).map(({ text }) => text)).toEqual(['ax();']);
});
