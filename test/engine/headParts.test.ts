// The head of a large vocabulary is computed in parts, and its rare tokens only where they are wanted.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import type { Engine, GenerateRequest } from '../../src/engine/engine';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

/** Half of the tiny vocabulary, so that the model would choose rare tokens again and again. */
const rareFrom = 100;
const rareEnd = 240;

let whole: TinyEngine;
let parted: TinyEngine;

beforeAll(async () => {
  const options = { contextCapacity: 128, seed: 5 };
  whole = await openTinyEngine(options);
  parted = await openTinyEngine({
    ...options,
    headParts: [
      { firstId: 0, idCount: rareFrom, isRare: false },
      { firstId: rareFrom, idCount: rareEnd - rareFrom, isRare: true },
      { firstId: rareEnd, idCount: whole.vocabularySize - rareEnd, isRare: false },
    ],
  });
});
afterAll(async () => {
  await whole.dispose();
  await parted.dispose();
});

const isRare = (id: number) => id >= rareFrom && id < rareEnd;
const promptIds = [40, 7, 61, 12, 99, 40, 7, 61];

function generate({ engine }: { engine: Engine }, request: Partial<GenerateRequest> = {}) {
  return engine.generate({ promptIds, maxTokens: 24, stopIds: new Set(), ...request }, neverAborted);
}

test('with all tokens wanted, parts make no difference', async () => {
  const expected = (await generate(whole)).tokens;
  const actual = (await generate(parted)).tokens;
  expect(actual.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  expect(actual.some(({ id }) => isRare(id))).toBe(true);
  for (const [index, { logProbability }] of actual.entries()) {
    expect(logProbability).toBeCloseTo(expected[index]!.logProbability, 4);
  }

  const sampling = { temperature: 1, topP: 0.9, seed: 3 };
  const sampled = await Promise.all([generate(whole, { sampling }), generate(parted, { sampling })]);
  expect(sampled[1].tokens.map(({ id }) => id)).toEqual(sampled[0].tokens.map(({ id }) => id));
  const targets = [3, 120, 239, 240, 250];
  const scores = await Promise.all(
    [whole, parted].map(({ engine }) => engine.score(promptIds, targets, neverAborted)),
  );
  targets.forEach((_, index) => expect(scores[1]![index]).toBeCloseTo(scores[0]![index]!, 4));
});

test('with common tokens wanted, the most likely of them is chosen, and its probability is among them', async () => {
  const { tokens } = await generate(parted, { vocabulary: 'common', maxTokens: 8 });
  expect(tokens).toHaveLength(8);
  const commonIds = Array.from({ length: whole.vocabularySize }, (_, id) => id).filter((id) => !isRare(id));
  const constraint = { allowedIds: () => commonIds, accept: () => {} };
  const expected = await generate(whole, { constraint, maxTokens: 8 });
  expect(tokens.map(({ id }) => id)).toEqual(expected.tokens.map(({ id }) => id));
  for (const [index, { logProbability }] of tokens.entries()) {
    expect(logProbability).toBeCloseTo(expected.tokens[index]!.logProbability, 4);
  }
});

test('a prompt that holds a rare token gets all of them', async () => {
  const request = { promptIds: [...promptIds, 150] };
  const expected = await generate(whole, request);
  const actual = await generate(parted, { ...request, vocabulary: 'common' });
  expect(actual.tokens.map(({ id }) => id)).toEqual(expected.tokens.map(({ id }) => id));
});

test('under a constraint that allows rare and common tokens, only common ones are chosen', async () => {
  const constraint = { allowedIds: () => [150, 160, 12], accept: () => {} };
  const { tokens } = await generate(parted, { vocabulary: 'common', constraint, maxTokens: 1 });
  expect(tokens.map(({ id }) => id)).toEqual([12]);
});

test('scores of common tokens are among those, and a rare one among the targets or choices brings all in', async () => {
  const targets = [3, 80, 250, 12];
  const probabilityOfCommon = async (engine: Engine) => {
    const ids = Array.from({ length: whole.vocabularySize }, (_, id) => id).filter((id) => !isRare(id));
    const { choices } = await engine.scoreChoices(promptIds, [3], [ids], neverAborted);
    return choices[0]!.reduce((sum, logProbability) => sum + Math.exp(logProbability), 0);
  };
  expect(await probabilityOfCommon(parted.engine)).toBeCloseTo(1, 4);
  expect(await probabilityOfCommon(whole.engine)).toBeLessThan(0.9);
  const all = await whole.engine.score(promptIds, targets, neverAborted);
  const withRareChoice = await parted.engine.scoreChoices(promptIds, targets, [[], [150]], neverAborted);
  targets.forEach((_, index) => expect(withRareChoice.targets[index]).toBeCloseTo(all[index]!, 4));
});
