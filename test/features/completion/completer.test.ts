import { afterEach, expect, test, vi } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import type { Completer } from '../../../src/features/completion/completer';
import { requestAt } from '../../support/completionRequest';
import { byteTokenizer } from '../../support/byteTokenizer';
import type { Script } from '../../support/scriptedEngine';
import { answerAfter, gate, setUp, summary } from './completerScene';

afterEach(() => {
  vi.useRealTimers();
});

test('a slow machine gets a smaller prompt, which grows at a rest when the machine is fast again', async () => {
  let prefillMsPerToken = 12;
  const { engine, completer, complete } = setUp({
    reply: () => ');\n',
    prefillMsPerToken: () => prefillMsPerToken,
  });
  const readCount = () => engine.prefills.at(-1)?.length;
  const fileOf = (name: string, lineCount = 200) => {
    const lines = Array.from({ length: lineCount }, (_, index) => `${name} += ${index};\n`);
    return [`${lines.join('')}f(█\n`, { uri: `file:///${name}.ts` }] as const;
  };
  await completer.warmUp(requestAt(...fileOf('first')), neverAborted);
  await complete(...fileOf('slow'));
  expect(readCount()).toBeLessThan(240);
  const [marked, place] = fileOf('patient');
  await complete(marked, { ...place, trigger: 'manual' });
  expect(readCount()).toBeGreaterThan(400);
  prefillMsPerToken = 0.1;
  await complete(...fileOf('fast'));
  await complete(...fileOf('fast', 204));
  const readBefore = readCount() ?? NaN;
  await completer.warmUp(requestAt(...fileOf('fast', 204)), neverAborted);
  expect(readCount()).toBeGreaterThan(readBefore * 1.5);
});

test('a word in another script may go on with any token, also where the file holds nothing else of it', async () => {
  const { engine, complete } = setUp('олучает\n');
  const generate = vi.spyOn(engine, 'generate');
  expect(await complete('// П█\n')).toBe('model: // П[олучает]\n');
  await complete('// T█\n');
  expect(generate.mock.calls.map(([{ vocabulary }]) => vocabulary)).toEqual(['whole', 'common']);
});

test('a line is completed, healed, and decoding stops at its end', async () => {
  const { engine, complete } = setUp('o(bar);\nmore\nlines');
  expect(await complete('a();\nfo█\n')).toBe('model: a();\nfo[o(bar);]\n');
  expect(engine.prompts).toEqual(['<|fim_prefix|>a();\n<|fim_suffix|>\n<|fim_middle|>f']);
  expect(engine.emittedTokenCounts).toEqual(['o'.length + 'o(bar);\n'.length]);
});

test('what the prompts in a file begin with is known for each line that they show', async () => {
  const { engine, completer } = setUp('o(bar);\n');
  const lines = Array.from({ length: 60 }, (_, index) => `step${index}();\r\n`);
  const request = requestAt(`${lines.join('')}fo█\n`, {
    trigger: 'manual',
    relatedFiles: [
      { uri: 'file:///other.ts', languageId: 'typescript', version: 1, text: 'function step50() {}\n' },
    ],
  });
  const { document } = request;
  expect(completer.beginningBefore(document, document.text.indexOf('step55'))).toBeUndefined();
  await completer.complete(request, neverAborted);
  const beginning = completer.beginningBefore(document, document.text.indexOf('step55'));
  expect(beginning?.text).toMatch(/^step\d+\(\);\n[^]*\nstep54\(\);\n$/);
  const decoded = byteTokenizer.decode(beginning?.ids ?? []);
  expect(decoded.endsWith(beginning?.text ?? '?')).toBe(true);
  expect(decoded.length > (beginning?.text.length ?? 0)).toBe(true);
  expect(engine.prompts[0]?.startsWith(`<|fim_prefix|>${decoded}step55();`)).toBe(true);
  expect(completer.beginningBefore(document, document.text.indexOf('step5('))).toBeUndefined();
  expect(completer.beginningBefore({ ...document, uri: 'file:///b.ts' }, 900)).toBeUndefined();
});

test('text of several bytes arrives whole, also when healing splits it', async () => {
  const { complete } = setUp('"grün 🎉");\n');
  expect(await complete('sageä(█)\n')).toBe('model: sageä(["grün 🎉");]\n');
});

test('what was suggested is found again while it is typed, and after deleting back', async () => {
  const { engine, complete } = setUp('o(bar);\n');
  await complete('fo█\n');
  expect(await complete('foo█\n')).toBe('typed-through: foo[(bar);]\n');
  expect(await complete('foo(bar█\n')).toBe('typed-through: foo(bar[);]\n');
  expect(await complete('foo█\n')).toBe('typed-through: foo[(bar);]\n');
  expect(await complete('fo█\n')).toBe('cache: fo[o(bar);]\n');
  expect(engine.prompts).toHaveLength(1);
});

test('brackets that the editor closes while a suggestion is typed do not lose it', async () => {
  const { engine, complete } = setUp('o(bar);\n');
  await complete('fo█\n');
  expect(await complete('foo(█)\n')).toBe('typed-through: foo([bar);]\n');
  expect(engine.prompts).toHaveLength(1);
});

test('other typing asks the model again', async () => {
  const { engine, complete } = setUp('o(bar);\n');
  await complete('fo█\n');
  await complete('fox█\n');
  expect(engine.prompts).toHaveLength(2);
});

test('a changed suffix is another place (continue caches by prefix only)', async () => {
  const { engine, complete } = setUp('o(bar);\n');
  await complete('fo█\nold();\n');
  expect(await complete('fo█\nnew();\n')).toBe('model: fo[o(bar);]\nnew();\n');
  expect(engine.prompts).toHaveLength(2);
});

test('a cached suggestion is filtered against the document as it is now', async () => {
  const above = '// filler\n'.repeat(60);
  const below = `\n// ${'-'.repeat(250)}\n`;
  const { engine, complete } = setUp('result = compute(first);\n');
  expect(await complete(`x\n${above}█${below}`)).toContain('model:');
  expect(await complete(`y\n${above}█${below}`)).toContain('cache:');
  expect(await complete(`y\n${above}█${below}result = compute(first);\n`)).toBe('repeats-context');
  expect(engine.prompts).toHaveLength(1);
});

test('CRLF documents get CRLF suggestions', async () => {
  const { complete } = setUp('a();\n  b();\n}\n');
  expect(await complete('function f() {\r\n  █\r\n')).toBe(
    'model: function f() {\r\n  [a();\r\n  b();\r\n}]\r\n',
  );
});

test('a block is completed up to its end, and in single lines for those who want that', async () => {
  const reply = 'a();\n\n  b();\n}\n\nfunction g() {\n}\n';
  const marked = 'function f() {\n  █\n}\n';
  expect(await setUp(reply).complete(marked)).toBe('model: function f() {\n  [a();\n\n  b();]\n}\n');
  expect(await setUp(reply).complete(marked, { options: { multiLine: 'never' } })).toBe(
    'model: function f() {\n  [a();]\n}\n',
  );
});

test('a selected item of the suggest widget is part of the suggestion', async () => {
  const { engine, complete } = setUp('(0);\n');
  const replace = { start: 4, end: 7 };
  expect(await complete('foo.len█\n', { selectedCompletion: { text: 'lengthOf', replace } })).toBe(
    'model: foo.[lengthOf(0);]\n',
  );
  expect(engine.prompts[0]).toContain('<|fim_middle|>foo.lengthO');
});

test.each([
  ['in-comment', '// hel█\n', { options: { inComments: false } }],
  ['inside-word', 'fo█o\n', {}],
])('%s: the model is not asked', async (reason, marked, changes) => {
  const { engine, complete } = setUp('text');
  expect(await complete(marked, changes)).toBe(reason);
  expect(engine.prompts).toEqual([]);
});

test('a model that repeats itself is stopped and gives nothing', async () => {
  const { engine, complete } = setUp('-'.repeat(100));
  expect(await complete('a = █\n')).toBe('repeats-context');
  expect(engine.emittedTokenCounts[0]).toBeLessThan(20);
});

test('unlikely suggestions are given only to those who ask', async () => {
  const script = { reply: () => 'guess;\n', logProbability: () => -3 };
  expect(await setUp(script).complete('a = █\n')).toBe('below-confidence');
  expect(await setUp(script).complete('a = █\n', { trigger: 'manual' })).toBe('model: a = [guess;]\n');
});

test('what was too unlikely to be shown is not shown either when its beginning is typed', async () => {
  const script = { reply: () => 'guess;\n', logProbability: (index: number) => (index === 3 ? -9 : -0.1) };
  const { complete } = setUp(script);
  expect(await complete('a = █\n')).toBe('below-confidence');
  expect(await complete('a = g█\n')).toBe('below-confidence');
});

test('what is shown stays while it is typed, however short and unlikely its rest', async () => {
  const script = { reply: () => 'guess;\n', logProbability: (index: number) => (index < 5 ? -0.1 : -4) };
  const { complete } = setUp(script);
  expect(await complete('a = █\n')).toBe('below-confidence');
  expect(await complete('b = █\n', { trigger: 'manual' })).toBe('model: b = [guess;]\n');
  expect(await complete('b = gues█\n')).toBe('typed-through: b = gues[s;]\n');
});

test('a request that is cancelled says so, and its generation serves the next keystroke', async () => {
  const held = gate(({ kind, tokenIndex }) => kind === 'token' && tokenIndex === 4);
  const { engine, completer, complete } = setUp({ reply: () => 'o(bar);\n', beforeStep: held.beforeStep });
  const controller = new AbortController();
  const first = completer.complete(requestAt('fo█\n'), controller.signal);
  await held.arrived;
  controller.abort();
  expect(summary(await first, '')).toBe('cancelled');
  const second = complete('foo█\n');
  held.open();
  expect(await second).toBe('model: foo[(bar);]\n');
  expect(engine.prompts).toHaveLength(1);
  expect(engine.abortedCount()).toBe(0);
});

test('a generation that the typed text contradicts is aborted, and the engine serves the newest', async () => {
  const held = gate(({ kind, tokenIndex }) => kind === 'token' && tokenIndex === 4);
  const { engine, completer, complete } = setUp({
    reply: (prompt) => (prompt.endsWith('fo') ? 'x();\n' : 'o(bar);\n'),
    beforeStep: held.beforeStep,
  });
  const first = completer.complete(requestAt('fo█\n'), neverAborted);
  await held.arrived;
  const second = complete('fox█\n');
  held.open();
  expect(summary(await first, '')).toBe('cancelled');
  expect(await second).toBe('model: fox[x();]\n');
  expect(engine.abortedCount()).toBe(1);
});

test('typing does not restart the reading of a cold prompt', async () => {
  const held = gate(({ kind }) => kind === 'prefill');
  const { engine, completer, complete } = setUp({ reply: () => '(bar);\n', beforeStep: held.beforeStep });
  const before = 'const line = 1;\n'.repeat(10);
  const first = completer.complete(requestAt(`${before}fo█\n`), neverAborted);
  await held.arrived;
  const second = complete(`${before}foo█\n`);
  held.open();
  expect(summary(await first, '')).toBe('cancelled');
  expect(await second).toContain('model:');
  expect(engine.prefills).toHaveLength(1);
  expect(engine.prompts).toHaveLength(1);
});

/** A model that begins with `guess`, which is as likely as that, though it is surer of what follows from `none`. */
function guessing(guessNats: number): Script & { readonly triedOther: () => boolean } {
  let triedOther = false;
  return {
    triedOther: () => triedOther,
    reply(prompt) {
      triedOther ||= prompt.endsWith('n');
      return prompt.endsWith('n') ? 'one;\n' : prompt.endsWith('=') ? 'guess(x, y);\n' : 'uess(x, y);\n';
    },
    // The first token is the space that was typed.
    logProbability: (index, prompt) => (index === 1 && prompt.endsWith('=') ? guessNats : -0.03),
    runnerUp: (index, prompt) =>
      index === 1 && prompt.endsWith('=') ? { character: 'n', logProbability: guessNats - 0.05 } : undefined,
  };
}

test('the line that is likeliest as a whole is suggested', async () => {
  const { complete } = setUp(guessing(-0.9));
  expect(await complete('a = █\n')).toBe('model: a = [none;]\n');
  expect(await complete('a = █\n')).toBe('cache: a = [none;]\n');
});

test('at the deadline the first line will do, and the likelier one is there for the next request', async () => {
  const script = guessing(-0.9);
  const held = gate(script.triedOther);
  const { complete } = setUp({ ...script, beforeStep: held.beforeStep });
  const ask = () => complete('a = █\n', { options: { deadlineMs: 10_000 } });
  expect(await answerAfter(10_000, held, ask)).toBe('model: a = [guess(x, y);]\n');
  held.open();
  await vi.waitFor(async () => expect(await complete('a = █\n')).toBe('cache: a = [none;]\n'));
});

test('whoever types the first line does not wait for another one', async () => {
  const script = guessing(-1.5);
  const held = gate(script.triedOther);
  const { engine, completer, complete } = setUp({ ...script, beforeStep: held.beforeStep });
  const first = completer.complete(requestAt('a = █\n'), neverAborted);
  await held.arrived;
  const second = complete('a = g█\n');
  held.open();
  expect(summary(await first, '')).toBe('below-confidence');
  expect(await second).toBe('model: a = g[uess(x, y);]\n');
  expect(await complete('a = gue█\n')).toBe('typed-through: a = gue[ss(x, y);]\n');
  expect(engine.abortedCount()).toBe(1);
});

test('a generation that nobody waits for ends after a while', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const held = gate(({ tokenIndex }) => tokenIndex === 3);
  const { engine, completer } = setUp({ reply: () => 'first;\n', beforeStep: held.beforeStep });
  const controller = new AbortController();
  const request = completer.complete(requestAt('a = █\n'), controller.signal);
  await held.arrived;
  controller.abort();
  await request;
  await vi.advanceTimersByTimeAsync(2_000);
  held.open();
  await vi.waitFor(() => expect(engine.abortedCount()).toBe(1));
});

test('a failure of the engine is an outcome, and the next request is asked anew', async () => {
  let broken = true;
  const { complete } = setUp({
    reply: () => {
      if (broken) {
        throw new Error('out of luck');
      }
      return 'fine;\n';
    },
  });
  expect(await complete('a = █\n')).toBe('failed');
  broken = false;
  expect(await complete('a = █\n')).toBe('model: a = [fine;]\n');
});

async function suggestionOf(completer: Completer, marked: string) {
  const request = requestAt(marked);
  const outcome = await completer.complete(request, neverAborted);
  if (outcome.kind !== 'suggestion') {
    throw new Error(`no suggestion: ${outcome.reason}`);
  }
  return { request, outcome };
}

test('a dismissed suggestion does not come back there, unless its beginning is typed', async () => {
  const { completer, complete } = setUp('o(bar);\n');
  const { request, outcome } = await suggestionOf(completer, 'fo█\n');
  completer.rejected(request, outcome);
  expect(await complete('fo█\n')).toBe('recently-rejected');
  expect(await complete('foo█\n')).toBe('typed-through: foo[(bar);]\n');
  expect(await complete('fo█\n', { trigger: 'manual' })).toContain('cache:');
  expect(await complete('other();\nfo█\n')).toContain('model:');
  expect(completer.backOffDelayMs()).toBeGreaterThan(0);
});

test('the suggestion after an accepted one is prepared, on the next line', async () => {
  const { engine, completer, complete } = setUp({
    reply: (prompt) => (prompt.includes('foo(bar);\n<|fim_suffix|>') ? 'second();\n' : 'o(bar);\n'),
  });
  const { request, outcome } = await suggestionOf(completer, '  fo█\n');
  await completer.prepareNext(request, outcome, neverAborted);
  expect(engine.prompts).toHaveLength(2);
  expect(await complete('  foo(bar);\n  █\n')).toBe('cache:   foo(bar);\n  [second();]\n');
  expect(engine.prompts).toHaveLength(2);
});

test('preparing gives way to a real request', async () => {
  const held = gate(({ tokenIndex }) => tokenIndex === 2);
  let requestCount = 0;
  const { completer, complete, engine } = setUp({
    reply: () => (requestCount++ === 0 ? 'o();\n' : 'next();\n'),
    beforeStep: (step) => (requestCount === 2 ? held.beforeStep(step) : Promise.resolve()),
  });
  const { request, outcome } = await suggestionOf(completer, 'fo█\n');
  const preparing = completer.prepareNext(request, outcome, neverAborted);
  await held.arrived;
  const real = complete('other = █\n');
  held.open();
  await preparing;
  expect(await real).toContain('model:');
  expect(engine.abortedCount()).toBe(1);
});

test('warming up reads the prompt that the first request needs', async () => {
  const { engine, completer } = setUp('o(bar);\n');
  await completer.warmUp(requestAt('a();\nf█\n'), neverAborted);
  expect(engine.prefills).toEqual(['<|fim_prefix|>a();\n<|fim_suffix|>\n<|fim_middle|>']);
  const outcome = await completer.complete(requestAt('a();\nfo█\n'), neverAborted);
  expect(outcome.timings.engine?.prefilledTokenCount).toBe('f'.length);
});

test('warming up gives way to a request elsewhere', async () => {
  const held = gate(({ kind }) => kind === 'prefill');
  const { engine, completer, complete } = setUp({ reply: () => 'o(bar);\n', beforeStep: held.beforeStep });
  const warming = completer.warmUp(requestAt('a();\nf█\n'), neverAborted);
  await held.arrived;
  const real = complete('other();\nfo█\n');
  held.open();
  await warming;
  expect(await real).toContain('model:');
  expect(engine.abortedCount()).toBe(1);
});

test('disposing ends what runs', async () => {
  const held = gate(({ tokenIndex }) => tokenIndex === 2);
  const { engine, completer } = setUp({ reply: () => 'o(bar);\n', beforeStep: held.beforeStep });
  const request = completer.complete(requestAt('fo█\n'), neverAborted);
  await held.arrived;
  const disposed = completer.dispose();
  held.open();
  await disposed;
  expect(summary(await request, '')).toBe('cancelled');
  expect(engine.abortedCount()).toBe(1);
});
