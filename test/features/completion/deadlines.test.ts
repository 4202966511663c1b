// What is answered when there is no time to wait for all of it, and what comes after that.
import { afterEach, expect, test, vi } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { requestAt } from '../../support/completionRequest';
import type { Script } from '../../support/scriptedEngine';
import { answerAfter, gate, setUp, summary } from './completerScene';

afterEach(() => {
  vi.useRealTimers();
});

test('at the deadline the whole lines of a block are shown, and the rest once it is there', async () => {
  const held = gate(({ tokenIndex }) => tokenIndex === 'a();\n  b();\n  c('.length + 1);
  const { complete } = setUp({ reply: () => 'a();\n  b();\n  c();\n}\n', beforeStep: held.beforeStep });
  const options = { deadlineMs: 200 };
  const ask = () => complete('function f() {\n  █\n', { options });
  expect(await answerAfter(200, held, ask)).toBe('model: function f() {\n  [a();\n  b();]\n');
  expect(await complete('function f() {\n  a(█\n', { options })).toBe(
    'typed-through: function f() {\n  a([);\n  b();]\n',
  );
  held.open();
  await vi.waitFor(async () => {
    expect(await complete('function f() {\n  a()█\n')).toBe(
      'typed-through: function f() {\n  a()[;\n  b();\n  c();\n}]\n',
    );
  });
});

test('the first lines of a block that takes long are shown before the deadline, and then the rest', async () => {
  const held = gate(({ tokenIndex }) => tokenIndex === 'a();\n  b('.length + 1);
  const { completer } = setUp({ reply: () => 'a();\n  b();\n}\n', beforeStep: held.beforeStep });
  const marked = 'function f() {\n  █\n';
  const request = requestAt(marked, { options: { deadlineMs: 60_000 } });
  const outcome = await answerAfter(1_000, held, () => completer.complete(request, neverAborted));
  expect(summary(outcome, request.document.text)).toBe('model: function f() {\n  [a();]\n');
  held.open();
  await outcome.fuller;
  expect(summary(await completer.complete(request, neverAborted), request.document.text)).toBe(
    'cache: function f() {\n  [a();\n  b();\n}]\n',
  );
});

test('at the deadline half a line is nothing, and the line is there for the next request', async () => {
  const held = gate(({ tokenIndex }) => tokenIndex === 5);
  const { complete } = setUp({ reply: () => 'first + second;\n', beforeStep: held.beforeStep });
  const ask = () => complete('a = █\n', { options: { deadlineMs: 10_000 } });
  expect(await answerAfter(10_000, held, ask)).toBe('deadline');
  held.open();
  await vi.waitFor(async () => expect(await complete('a = █\n')).toBe('cache: a = [first + second;]\n'));
});

test('who is late says so once there is something to show, and stays silent about what is not', async () => {
  const told = async (script: Partial<Script>, marked = 'a = █\n') => {
    const held = gate(({ tokenIndex }) => tokenIndex === 5);
    const { completer } = setUp({ reply: () => 'first + second;\n', ...script, beforeStep: held.beforeStep });
    const request = requestAt(marked, { options: { deadlineMs: 10_000 } });
    const outcome = await answerAfter(10_000, held, () => completer.complete(request, neverAborted));
    const fuller = vi.fn();
    void outcome.fuller?.then(fuller);
    held.open();
    const asked = requestAt(marked, { trigger: 'manual' });
    await vi.waitFor(async () =>
      expect(await completer.complete(asked, neverAborted)).toMatchObject({ source: 'cache' }),
    );
    return [outcome.kind, fuller.mock.calls.length];
  };
  expect(await told({})).toEqual(['none', 1]);
  expect(await told({ logProbability: () => -3 })).toEqual(['none', 0]);
  const block = 'function f() {\n  █\n}\n';
  expect(await told({ reply: () => 'a()\n  b();\n}\n' }, block)).toEqual(['suggestion', 1]);
  expect(await told({ reply: () => 'a()\n}\n' }, block)).toEqual(['suggestion', 0]);
  const { completer } = setUp('first + second;\n');
  expect((await completer.complete(requestAt('a = █\n'), neverAborted)).fuller).toBeUndefined();
});

test('a manual request has no deadline', async () => {
  const { complete } = setUp('first + second;\n');
  expect(await complete('a = █\n', { trigger: 'manual', options: { deadlineMs: 0 } })).toContain('model:');
});
