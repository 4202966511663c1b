// By key, lines that the model finds about as likely are read on, into the text that follows.
import { expect, test } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { requestAt } from '../../support/completionRequest';
import type { Script } from '../../support/scriptedEngine';
import { gate, setUp, summary } from './completerScene';

/** `alpha;` by 40 %, or begun otherwise `beta;` by 30 %; of the tokens one is a space that was typed. */
const script: Script = {
  reply: (prompt) => (prompt.endsWith('b') ? 'eta;\n' : 'alpha;\n'),
  logProbability: (index, prompt) => (index === 1 && prompt.endsWith('=') ? Math.log(0.4) : 0),
  runnerUp: (index, prompt) =>
    index === 1 && prompt.endsWith('=') ? { character: 'b', logProbability: Math.log(0.3) } : undefined,
  // Four times ln 2, of which a quarter counts.
  score: (text) => (text.includes('beta') ? 0 : -4 * Math.log(2)),
};
const marked = 'above();\na = █;\nuse(beta);\n';
const manual = { trigger: 'manual' } as const;

test('who asks with a key gets the line that what follows speaks for, and again without the engine', async () => {
  const { engine, complete } = setUp(script);
  expect(await complete(marked, manual)).toBe('model: above();\na = [beta;]\nuse(beta);\n');
  const askedCount = engine.prompts.length;
  expect(await complete(marked, manual)).toBe('cache: above();\na = [beta;]\nuse(beta);\n');
  expect(engine.prompts).toHaveLength(askedCount);
});

test('each is read after what stands above, with the rest of its line and the beginning of the next', async () => {
  const { engine, complete } = setUp({
    ...script,
    score: (_, prompt) => {
      expect(prompt).toMatch(/above\(\);\n$/);
      return 0;
    },
  });
  await complete(marked, manual);
  expect(engine.scored).toEqual(['a = alpha;\nuse(bet', 'a = beta;\nuse(bet']);
});

test('what is certain of all lines together is shared out by what speaks for each', async () => {
  const { completer } = setUp(script);
  const outcome = await completer.complete(requestAt(marked, manual), neverAborted);
  // 0.4 : 0.3 becomes 0.4 : 0.6.
  expect(outcome).toMatchObject({ confidence: expect.closeTo(Math.log(0.7 * 0.6)) as number });
});

test('nobody who types waits for that, and who sees the first line keeps it', async () => {
  const { engine, complete } = setUp(script);
  expect(await complete(marked)).toBe('model: above();\na = [alpha;]\nuse(beta);\n');
  expect(await complete(marked, manual)).toBe('cache: above();\na = [alpha;]\nuse(beta);\n');
  expect(engine.scored).toEqual([]);
});

test('what was too unlikely to be shown is thought over when asked for with a key', async () => {
  const unlikely = (probability: number) => probability / 4;
  const { complete } = setUp({
    ...script,
    logProbability: (index, prompt) => (index === 1 && prompt.endsWith('=') ? Math.log(unlikely(0.4)) : 0),
    runnerUp: (index, prompt) =>
      index === 1 && prompt.endsWith('=')
        ? { character: 'b', logProbability: Math.log(unlikely(0.3)) }
        : undefined,
  });
  expect(await complete(marked)).toBe('below-confidence');
  expect(await complete(marked, manual)).toBe('model: above();\na = [beta;]\nuse(beta);\n');
  expect(await complete(marked)).toBe('cache: above();\na = [beta;]\nuse(beta);\n');
});

test('a request with a key does not take what is being written for one without', async () => {
  const held = gate(({ kind, tokenIndex }) => kind === 'token' && tokenIndex === 3);
  const { completer, engine } = setUp({ ...script, beforeStep: held.beforeStep });
  const typing = completer.complete(requestAt(marked), neverAborted);
  await held.arrived;
  const asked = completer.complete(requestAt(marked, manual), neverAborted);
  held.open();
  const { text } = requestAt(marked).document;
  expect(summary(await asked, text)).toBe('model: above();\na = [beta;]\nuse(beta);\n');
  expect(await typing).toMatchObject({ kind: 'none', reason: 'cancelled' });
  expect(engine.abortedCount()).toBe(1);
});

test('a line that cannot be shown has no say', async () => {
  const { complete } = setUp({
    ...script,
    score: () => 0,
  });
  const repeating = 'a = █\na = alpha;\n';
  expect(await complete(repeating, manual)).toBe('model: a = [beta;]\na = alpha;\n');
});

test('what differs in white space at its end only is one line', async () => {
  const { engine, completer } = setUp({
    reply: (prompt) => (prompt.endsWith('; ') ? '\n' : 'alpha;\n'),
    logProbability: (index) => (index === 7 ? Math.log(0.4) : 0),
    runnerUp: (index) => (index === 7 ? { character: ' ', logProbability: Math.log(0.3) } : undefined),
  });
  const outcome = await completer.complete(requestAt('a = █\n', manual), neverAborted);
  expect(outcome).toMatchObject({ text: 'alpha;' });
  expect(engine.prompts).toHaveLength(2);
  expect(engine.scored).toEqual([]);
});

test('aborted while lines are read, the request ends, and the next one is whole', async () => {
  let isHeld = true;
  const held = gate(({ kind }) => kind === 'score' && isHeld);
  const { completer, complete } = setUp({ ...script, beforeStep: held.beforeStep });
  const controller = new AbortController();
  const asked = completer.complete(requestAt(marked, manual), controller.signal);
  await held.arrived;
  controller.abort();
  expect(await asked).toMatchObject({ reason: 'cancelled' });
  isHeld = false;
  held.open();
  expect(await complete(marked, manual)).toBe('model: above();\na = [beta;]\nuse(beta);\n');
});
