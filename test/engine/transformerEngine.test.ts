import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import type { Engine, GenerateRequest, TokenConstraint } from '../../src/engine/engine';
import type { TinyEngine } from '../support/tinyEngine';
import { createRandom } from '../../src/base/random';
import { openTinyEngine } from '../support/tinyEngine';

let tiny: TinyEngine;
let engine: Engine;
beforeAll(async () => {
  tiny = await openTinyEngine({ architecture: 'qwen2', contextCapacity: 256 });
  engine = tiny.engine;
});
afterAll(() => tiny.dispose());

const noStops: ReadonlySet<number> = new Set();

function generate(
  promptIds: readonly number[],
  options: Partial<GenerateRequest> = {},
  signal = neverAborted,
) {
  return engine.generate({ promptIds, maxTokens: 12, stopIds: noStops, ...options }, signal);
}

async function generatedIds(promptIds: readonly number[], options: Partial<GenerateRequest> = {}) {
  return (await generate(promptIds, options)).tokens.map((token) => token.id);
}

function randomIds(random: () => number, count: number): number[] {
  return Array.from({ length: count }, () => Math.floor(random() * tiny.vocabularySize));
}

/** Equal up to how many positions a run had, which changes how its sums are rounded. */
function expectClose(values: Float32Array, expected: Float32Array): void {
  expect(values).toHaveLength(expected.length);
  values.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 2));
}

describe('generate', () => {
  test('greedy output is what a fresh session gives, whatever the cache held before', async () => {
    const random = createRandom(1);
    const prompt = randomIds(random, 40);
    const expected = await tiny.freshly((fresh) =>
      fresh.generate({ promptIds: prompt, maxTokens: 12, stopIds: noStops, speculate: false }, neverAborted),
    );
    for (const earlier of [prompt.slice(0, 7), randomIds(random, 90), [...prompt, 5, 6], prompt]) {
      await engine.prefill(earlier, neverAborted);
      const result = await generate(prompt);
      expect(result.tokens.map((token) => token.id)).toEqual(expected.tokens.map((token) => token.id));
    }
  });

  test('reuses the longest common prefix and says so', async () => {
    const prompt = randomIds(createRandom(2), 50);
    await engine.prefill(prompt, neverAborted);
    expect(engine.cachedPrefixLength([...prompt, 1, 2])).toBe(50);
    const longer = await engine.prefill([...prompt, 1, 2], neverAborted);
    expect(longer).toMatchObject({ reusedTokenCount: 50, prefilledTokenCount: 2 });
    const changed = await engine.prefill([...prompt.slice(0, 40), 3, ...prompt.slice(40)], neverAborted);
    // Position 40 may by chance hold the same id.
    expect(changed.reusedTokenCount).toBeGreaterThanOrEqual(40);
    expect(changed.reusedTokenCount).toBeLessThan(45);
    // A prompt that is wholly in the cache still runs its last token, for the logits.
    expect(await engine.prefill(prompt.slice(0, 10), neverAborted)).toMatchObject({ prefilledTokenCount: 1 });
  });

  test('a text is still there after another one was read, and gives way only to a third', async () => {
    const [first = [], second = [], third = []] = [3, 4, 5].map((seed) => randomIds(createRandom(seed), 60));
    const reused = async (ids: readonly number[]) =>
      (await engine.prefill(ids, neverAborted)).reusedTokenCount;
    await engine.prefill(first, neverAborted);
    await engine.score(second, second.slice(0, 5), neverAborted);
    expect(engine.cachedPrefixLength(first)).toBe(60);
    expect(await reused([...first, 1])).toBe(60);
    expect(await reused(third)).toBeLessThan(5);
    expect(await reused(first)).toBe(59);
    expect(await reused(second)).toBeLessThan(5);
    engine.forget();
    expect(engine.cachedPrefixLength(second)).toBe(0);
    expect(await generatedIds(first)).toEqual(
      await tiny.freshly(async (fresh) => {
        const { tokens } = await fresh.generate(
          { promptIds: first, maxTokens: 12, stopIds: noStops },
          neverAborted,
        );
        return tokens.map(({ id }) => id);
      }),
    );
  });

  test('what is scored branches off from what was generated, reads only what differs and leaves the rest', async () => {
    const random = createRandom(6);
    const [text, changed, targets] = [randomIds(random, 60), randomIds(random, 30), randomIds(random, 20)];
    const prompt = [...text.slice(0, 40), ...changed];
    const expected = await tiny.freshly((fresh) => fresh.score(prompt, targets, neverAborted));
    const continued = await tiny.freshly((fresh) =>
      fresh.generate({ promptIds: text, maxTokens: 12, stopIds: noStops, speculate: false }, neverAborted),
    );
    engine.forget();
    await engine.prefill(text, neverAborted);
    const aborted = new AbortController();
    const abortedScore = engine.score(prompt, targets, aborted.signal);
    aborted.abort();
    await expect(abortedScore).rejects.toThrow();
    expect(engine.cachedPrefixLength([...prompt, ...targets])).toBe(40);

    expectClose(await engine.score(prompt, targets, neverAborted), expected);
    expectClose(await engine.score(prompt, targets.slice(0, 5), neverAborted), expected.slice(0, 5));
    expect(engine.cachedPrefixLength(text)).toBe(60);
    expect(engine.cachedPrefixLength(prompt)).toBe(70);
    expect(await generatedIds(text)).toEqual(continued.tokens.map(({ id }) => id));
    // The other way round: the check's text is what the next prompt goes on with.
    expect(await engine.prefill([...prompt, 1], neverAborted)).toMatchObject({ reusedTokenCount: 70 });
    expectClose(await engine.score(prompt, targets, neverAborted), expected);
  });

  test('speculative decoding changes nothing but the number of runs', async () => {
    const random = createRandom(3);
    let acceptedCount = 0;
    let refusedCount = 0;
    for (let round = 0; round < 20; round += 1) {
      const prompt = randomIds(random, 20);
      const plain = await generate(prompt, { maxTokens: 40, speculate: false });
      const plainIds = plain.tokens.map((token) => token.id);
      // What will be generated, wrong in every seventh place: some drafts hold, some do not.
      const draftIds = [...prompt.slice(-3), ...plainIds].map((id, index) => (index % 7 === 6 ? 0 : id));
      const drafted = await generate(prompt, { maxTokens: 40, draftIds });
      expect(drafted.tokens.map((token) => token.id)).toEqual(plainIds);
      drafted.tokens.forEach((token, index) =>
        expect(token.logProbability).toBeCloseTo(plain.tokens[index]?.logProbability ?? NaN, 3),
      );
      const { draftedTokenCount, acceptedDraftTokenCount } = drafted.timings;
      acceptedCount += acceptedDraftTokenCount;
      refusedCount += draftedTokenCount - acceptedDraftTokenCount;
    }
    expect(acceptedCount).toBeGreaterThan(100);
    expect(refusedCount).toBeGreaterThan(20);
  });

  test('drafts come from the given ids too', async () => {
    const prompt = randomIds(createRandom(4), 30);
    const plain = await generate(prompt, { maxTokens: 30 });
    const ids = plain.tokens.map((token) => token.id);
    const told = await generate(prompt, { maxTokens: 30, draftIds: [...prompt.slice(-3), ...ids] });
    expect(told.tokens.map((token) => token.id)).toEqual(ids);
    expect(told.timings.acceptedDraftTokenCount).toBeGreaterThan(15);
  });

  test('stops before a stop token, after the callback says so, and at the count', async () => {
    const prompt = randomIds(createRandom(5), 20);
    const ids = await generatedIds(prompt);
    const stopped = await generate(prompt, { stopIds: new Set([ids[4] ?? -1]) });
    const firstOccurrence = ids.indexOf(ids[4] ?? -1);
    expect(stopped.stopReason).toBe('stop-token');
    expect(stopped.tokens.map((token) => token.id)).toEqual(ids.slice(0, firstOccurrence));

    let seen = 0;
    const told = await generate(prompt, { onToken: () => ((seen += 1) === 3 ? 'stop' : 'continue') });
    expect(told.stopReason).toBe('callback');
    expect(told.tokens.map((token) => token.id)).toEqual(ids.slice(0, 3));

    expect(await generate(prompt, { maxTokens: 5 })).toMatchObject({ stopReason: 'max-tokens' });
    expect((await generate(prompt, { maxTokens: 0 })).tokens).toEqual([]);
  });

  test('a constraint restricts tokens until it is satisfied, with the model choosing among them', async () => {
    const prompt = randomIds(createRandom(6), 20);
    const allowed = [[11, 12, 13], [40]];
    let step = 0;
    const constraint: TokenConstraint = {
      allowedIds: () => allowed[step],
      accept: () => (step += 1),
    };
    const constrained = await generate(prompt, { constraint, maxTokens: 6 });
    const ids = constrained.tokens.map((token) => token.id);
    expect([11, 12, 13]).toContain(ids[0]);
    expect(ids[1]).toBe(40);
    // From there on it is the plain continuation of the same text.
    expect(ids.slice(2)).toEqual(await generatedIds([...prompt, ...ids.slice(0, 2)], { maxTokens: 4 }));

    const scores = await Promise.all(
      [11, 12, 13].map(async (id) => tiny.freshly((fresh) => fresh.score(prompt, [id], neverAborted))),
    );
    const best = scores.map((score) => score[0] ?? NaN);
    expect(ids[0]).toBe(11 + best.indexOf(Math.max(...best)));
    // Probabilities are those among the allowed tokens.
    const total = best.reduce((sum, logProbability) => sum + Math.exp(logProbability), 0);
    expect(constrained.tokens[0]?.logProbability).toBeCloseTo(Math.max(...best) - Math.log(total), 3);
    expect(constrained.tokens[1]?.logProbability).toBeCloseTo(0, 3);
  });

  test('sampling is reproducible from its seed', async () => {
    const prompt = randomIds(createRandom(7), 20);
    const sampling = { temperature: 1, topP: 0.95, seed: 42 };
    const first = await generatedIds(prompt, { sampling });
    expect(await generatedIds(prompt, { sampling })).toEqual(first);
    expect(await generatedIds(prompt, { sampling: { ...sampling, seed: 43 } })).not.toEqual(first);
  });

  test('fills the context and no further', async () => {
    const prompt = randomIds(createRandom(8), 250);
    const result = await generate(prompt, { maxTokens: 100 });
    expect(result.stopReason).toBe('context-full');
    expect(result.tokens.length).toBe(256 - 250 + 1);
    await expect(generate(randomIds(createRandom(8), 257))).rejects.toMatchObject({ code: 'context-full' });
  });

  test('log-probabilities are those that score gives', async () => {
    const prompt = randomIds(createRandom(9), 25);
    const result = await generate(prompt, { maxTokens: 50 });
    const ids = result.tokens.map((token) => token.id);
    const scores = await engine.score(prompt, ids, neverAborted);
    result.tokens.forEach((token, index) =>
      expect(token.logProbability).toBeCloseTo(scores[index] ?? NaN, 3),
    );
    expect(Math.max(...scores)).toBeLessThanOrEqual(0);
  });

  test('with each token comes the next likeliest one when asked for, and at the end how likely that was', async () => {
    const prompt = randomIds(createRandom(10), 25);
    const all = Array.from({ length: tiny.vocabularySize }, (_, id) => id);
    const { tokens } = await generate(prompt, { runnersUp: true });
    const ids = tokens.map(({ id }) => id);
    const scores = await engine.scoreChoices(
      prompt,
      ids,
      ids.map(() => all),
      neverAborted,
    );
    tokens.forEach(({ id, runnerUp }, index) => {
      const others = [...(scores.choices[index] ?? [])].map((score, other) =>
        other === id ? -Infinity : score,
      );
      expect(runnerUp?.id).toBe(others.indexOf(Math.max(...others)));
      expect(runnerUp?.logProbability).toBeCloseTo(Math.max(...others), 3);
    });
    const allowed: TokenConstraint = { allowedIds: () => [11, 12, ids[0] ?? 0], accept: () => {} };
    const [token] = (await generate(prompt, { runnersUp: true, constraint: allowed, maxTokens: 1 })).tokens;
    const [first = []] = scores.choices;
    expect(token?.runnerUp?.id).toBe((first[11] ?? 0) > (first[12] ?? 0) ? 11 : 12);
    expect((await generate(prompt)).tokens[0]?.runnerUp).toBeUndefined();

    const stopped = await generate(prompt, { stopIds: new Set(ids.slice(0, 1)) });
    expect(stopped.stopLogProbability).toBeCloseTo(scores.targets[0] ?? NaN, 3);
  });
});

describe('cancellation and misuse', () => {
  test('an aborted prefill rejects with the reason, and the next request is right', async () => {
    const prompt = randomIds(createRandom(10), 240);
    const expected = await generatedIds(prompt.slice(0, 100));
    const controller = new AbortController();
    const running = generate(prompt, {}, controller.signal);
    controller.abort(new Error('newer request'));
    await expect(running).rejects.toThrow('newer request');
    expect(await generatedIds(prompt.slice(0, 100))).toEqual(expected);
  });

  test('reading with probabilities, as bug lines are, ends with the run that is under way', async () => {
    const prompt = randomIds(createRandom(21), 20);
    const targets = randomIds(createRandom(22), 220);
    await engine.prefill(prompt, neverAborted);
    const controller = new AbortController();
    const reading = engine.scoreChoices(prompt, targets, [], controller.signal);
    controller.abort(new Error('a keystroke'));
    await expect(reading).rejects.toThrow('a keystroke');
    expect(engine.cachedPrefixLength([...prompt, ...targets])).toBeLessThanOrEqual(prompt.length);
  });

  test('a call that is aborted beforehand does nothing', async () => {
    await expect(generate([1, 2, 3], {}, AbortSignal.abort(new Error('too late')))).rejects.toThrow(
      'too late',
    );
  });

  test('a second call at the same time is refused, and the first is not disturbed', async () => {
    const prompt = randomIds(createRandom(11), 60);
    const expected = await generatedIds(prompt);
    const first = generatedIds(prompt);
    await expect(generatedIds([1])).rejects.toThrow(/one call at a time/);
    expect(await first).toEqual(expected);
  });

  test('1,000 random requests with random cancellations equal those of a fresh session', async () => {
    const random = createRandom(12);
    const texts = Array.from({ length: 12 }, () => randomIds(random, 120));
    const checks: { prompt: number[]; ids: number[] }[] = [];
    const scores: { prompt: number[]; targets: number[]; values: Float32Array }[] = [];
    let cancelledCount = 0;
    for (let round = 0; round < 1000; round += 1) {
      // Prompts share prefixes with earlier ones, as keystrokes do.
      const text = texts[Math.floor(random() * texts.length)] ?? [];
      const prompt = text.slice(0, 1 + Math.floor(random() * text.length));
      const controller = new AbortController();
      const kind = random();
      if (kind < 0.3) {
        const delayMs = random() * 3;
        setTimeout(() => controller.abort(), delayMs);
      }
      try {
        if (kind < 0.1) {
          await engine.prefill(prompt, controller.signal);
        } else if (kind > 0.8 || (kind > 0.1 && kind < 0.15)) {
          const targets = randomIds(random, 5);
          scores.push({ prompt, targets, values: await engine.score(prompt, targets, controller.signal) });
        } else {
          const { tokens } = await generate(
            prompt,
            { maxTokens: 1 + Math.floor(random() * 6) },
            controller.signal,
          );
          checks.push({ prompt, ids: tokens.map((token) => token.id) });
        }
      } catch (error) {
        expect(controller.signal.aborted, String(error)).toBe(true);
        cancelledCount += 1;
      }
    }
    expect(cancelledCount).toBeGreaterThan(20);
    expect(checks.length).toBeGreaterThan(450);
    expect(scores.length).toBeGreaterThan(150);
    await tiny.freshly(async (fresh) => {
      for (const { prompt, ids } of checks) {
        const { tokens } = await fresh.generate(
          { promptIds: prompt, maxTokens: ids.length, stopIds: noStops, speculate: false },
          neverAborted,
        );
        expect(tokens.map((token) => token.id)).toEqual(ids);
      }
      for (const { prompt, targets, values } of scores) {
        const expected = await fresh.score(prompt, targets, neverAborted);
        expectClose(values, expected);
      }
    });
  });

  test('after dispose nothing runs, and disposing waits for what runs', async () => {
    const other = await openTinyEngine({ architecture: 'llama', contextCapacity: 64 });
    const running = other.engine.generate(
      { promptIds: [1, 2, 3], maxTokens: 20, stopIds: noStops },
      neverAborted,
    );
    await Promise.all([other.engine.dispose(), other.engine.dispose()]);
    expect((await running).tokens.length).toBe(20);
    await expect(other.engine.prefill([1], neverAborted)).rejects.toThrow(/disposed/);
    await other.dispose();
  });

  test('a prepared graph that is no graph is a clear error', async () => {
    await expect(tiny.openGraph(new URL(import.meta.url).pathname)).rejects.toMatchObject({
      code: 'damaged-model',
      advice: expect.stringContaining(`Delete the folder ${import.meta.dirname}`) as string,
    });
  });
});
