import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import type {
  CompletionOptions,
  CompletionOutcome,
  CompletionRequest,
} from '../../src/features/completion/types';
import { createCompleter } from '../../src/features/completion/engineCompleter';
import { scheduleEngine } from '../../src/server/scheduledEngine';
import { Scheduler } from '../../src/server/scheduler';
import { withGhostComments } from '../../src/server/completion/ghostComments';
import type { DocumentationModel } from '../../src/features/documentation/types';
import { outlineText } from '../../src/syntax/outline';
import { byteTokenizer } from '../support/byteTokenizer';
import { requestAt } from '../support/completionRequest';
import { countingModel } from '../support/documentation';
import { createScriptedEngine as createHeldEngine } from '../support/scriptedEngine';
import { answerAfter, gate } from '../features/completion/completerScene';
import { createScriptedCompleter, createScriptedEngine } from './scriptedModel';

beforeAll(async () => {
  // Loading a grammar takes longer than some of the deadlines.
  await outlineText('python', 'value = 1\n');
});
afterEach(() => {
  vi.useRealTimers();
});

const code = 'def area(radius):\n    """█\n    return 3 * radius\n';

test('after a mark at an undocumented symbol the comment is suggested, as the text of the line and more', async () => {
  const outcome = await complete(code);
  expect(outcome).toMatchObject({ kind: 'suggestion', replace: { start: 22, end: 25 } });
  expect(outcome).toHaveProperty(
    'text',
    expect.stringMatching(/^"""Words number 1\.[^]*radius: Words[^]*"""$/),
  );
});

test.each([
  ['elsewhere', 'def area(radius):\n    return █\n', {}, {}],
  ['at a mark with no symbol', 'value = 1\n"""█\n', {}, {}],
  ['where the user wants no suggestions in comments', code, { inComments: false }, {}],
  ['where the user wants one line', code, { multiLine: 'never' }, {}],
  [
    'while the suggest widget shows something',
    code,
    {},
    { selectedCompletion: { text: '""', replace: { start: 0, end: 0 } } },
  ],
] as const)('%s the completer answers', async (_, marked, options, more) => {
  expect(await complete(marked, options, more)).toMatchObject({ kind: 'suggestion', text: '42;' });
});

test('a cancelled request waits for nothing and ends as cancelled', async () => {
  const outcome = await complete(code, {}, {}, AbortSignal.abort());
  expect(outcome).toMatchObject({ kind: 'none', reason: 'cancelled' });
});

test('at the deadline the comment is shown with what the model has written, and whole when it is there', async () => {
  const held = heldModel(({ tokenIndex }) => tokenIndex > 0 && held.slotCount === 2);
  const ask = asker(held.model);
  const options = { deadlineMs: 10_000 };
  const partial = await answerAfter(10_000, held, () => ask(code, options));
  let isFuller = false;
  void partial.fuller?.then(() => (isFuller = true));
  expect(textOf(partial)).toMatch(/^"""Words number 1\.[^]*radius: The radius\.[^]*Returns:/);
  // What would use the engine in the background waits meanwhile.
  await ask.warmUp(code);
  expect(ask.events).toEqual([]);
  expect(isFuller).toBe(false);
  held.open();
  await vi.waitFor(() => expect(isFuller).toBe(true));
  await vi.waitFor(async () =>
    expect(textOf(await ask(code, options))).toMatch(/^"""Words number 1\.[^]*radius: Words number 2\./),
  );
  await ask.warmUp(code);
  expect(ask.events).toHaveLength(1);
});

test('before the summary is there nothing is shown at the deadline; who asks by key waits', async () => {
  const held = heldModel(({ tokenIndex }) => tokenIndex === 3);
  const ask = asker(held.model);
  const options = { deadlineMs: 10_000 };
  expect(await answerAfter(10_000, held, () => ask(code, options))).toMatchObject({
    kind: 'none',
    reason: 'deadline',
  });
  const manual = ask(code, options, { trigger: 'manual' });
  held.open();
  expect(textOf(await manual)).toMatch(/^"""Words number 1\./);
  expect(held.slotCount).toBe(3);
});

test('a request elsewhere ends the comment that is being written', async () => {
  const held = heldModel(({ tokenIndex }) => tokenIndex === 3);
  const ask = asker(held.model);
  await answerAfter(10_000, held, () => ask(code, { deadlineMs: 10_000 }));
  expect(await ask('x = █\n')).toMatchObject({ text: '42;' });
  held.open();
  await vi.waitFor(() => expect(held.abortedCount()).toBe(1));
});

test('what the completer had begun or queued does not take the engine away from a comment', async () => {
  const held = heldModel(({ kind }) => kind === 'prefill');
  const engine = scheduleEngine(held.model.engine, new Scheduler(), 'completion');
  const model = { engine, tokenizer: byteTokenizer };
  const inner = createCompleter({ ...model, logger: silentLogger });
  const completer = withGhostComments(inner, model, silentLogger);
  const lines = '# the same line\n'.repeat(10);
  const request = (marked: string) =>
    requestAt(marked, { uri: 'file:///app.py', languageId: 'python', trigger: 'manual' });
  const first = completer.warmUp(request(`${lines}█\n${code.replace('█', '')}`), neverAborted);
  await vi.waitFor(() => expect(held.prefillCount()).toBe(1));
  const second = completer.warmUp(request(`${lines}${code}`), neverAborted);
  const outcome = completer.complete(request(`${lines}${code}`), neverAborted);
  await new Promise((resolve) => setImmediate(resolve));
  held.open();
  expect(textOf(await outcome)).toMatch(/^"""Words number 1\./);
  await Promise.all([first, second]);
});

test('a dismissed comment does not come back there, except for those who ask', async () => {
  const ask = asker(countingModel());
  await ask.reject(code);
  expect(await ask(code)).toMatchObject({ kind: 'none', reason: 'recently-rejected' });
  expect(await ask(code, {}, { trigger: 'manual' })).toMatchObject({ kind: 'suggestion' });
  expect(ask.events).toEqual([expect.stringMatching(/^rejected """Words number 1/)]);
});

function textOf(outcome: CompletionOutcome): string {
  return outcome.kind === 'suggestion' ? outcome.text : outcome.reason;
}

/** A model that waits, once, where `shouldHold` says so, until it is opened. */
function heldModel(shouldHold: (step: { kind: string; tokenIndex: number }) => boolean) {
  const held = gate(shouldHold);
  let slotCount = 0;
  const engine = createHeldEngine({
    reply: () => ` Words number ${(slotCount += 1)}.\nmore`,
    beforeStep: held.beforeStep,
  });
  return {
    model: { engine, tokenizer: byteTokenizer },
    arrived: held.arrived,
    open: held.open,
    abortedCount: engine.abortedCount,
    prefillCount: () => engine.prefills.length,
    get slotCount() {
      return slotCount;
    },
  };
}

function complete(
  marked: string,
  options: Partial<CompletionOptions> = {},
  more: Partial<CompletionRequest> = {},
  signal = neverAborted,
) {
  return asker(countingModel())(marked, options, more, signal);
}

/** Asks one completer, again and again. */
function asker(model: DocumentationModel) {
  const inner = createScriptedCompleter(createScriptedEngine('42;'));
  const completer = withGhostComments(inner, model, silentLogger);
  const request = (
    marked: string,
    options: Partial<CompletionOptions> = {},
    more: Partial<CompletionRequest> = {},
  ) =>
    requestAt(marked, {
      uri: 'file:///app.py',
      languageId: 'python',
      ...more,
      options,
    });
  const ask = (marked: string, options = {}, more = {}, signal = neverAborted) =>
    completer.complete(request(marked, options, more), signal);
  return Object.assign(ask, {
    events: inner.events,
    warmUp: (marked: string) => completer.warmUp(request(marked), neverAborted),
    reject: async (marked: string) => {
      const outcome = await ask(marked);
      if (outcome.kind === 'suggestion') {
        completer.rejected(request(marked), outcome);
      }
    },
  });
}
