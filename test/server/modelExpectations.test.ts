import { beforeEach, expect, test } from 'vitest';
import { describeExpectation } from '../../src/client/model/describeModel';
import type { GenerateTimings } from '../../src/engine/engine';
import { ModelExpectations, type ListedModel } from '../../src/server/model/modelExpectations';
import type { ModelState } from '../../src/shared/modelState';
import { catalogEntry } from './scriptedModel';

const small = { ...catalogEntry, name: 'small', parameterCount: 500 };
const models: ListedModel[] = [
  small,
  { ...small, name: 'large', parameterCount: 1500 },
  { ...small, name: 'huge', parameterCount: 50_000 },
];

let state: ModelState;
let offered: string[];
let expectations: ModelExpectations;
beforeEach(() => {
  state = readyOn('CPU');
  offered = [];
  expectations = new ModelExpectations({
    state: () => state,
    listModels: () => Promise.resolve(models),
    onFitting: ({ name }) => offered.push(name),
  });
});

function readyOn(device: string, model = 'small'): ModelState {
  return { kind: 'ready', model, device, tokensPerSecond: null, missing: null, limitation: null };
}

/** Suggestions of 40 tokens read and 20 written, at so many milliseconds each. */
async function suggest(count: number, readMsPerToken: number, writeMsPerToken: number): Promise<void> {
  const timings: GenerateTimings = {
    reusedTokenCount: 500,
    prefilledTokenCount: 40,
    prefillMs: 40 * readMsPerToken,
    decodedTokenCount: 20,
    decodeMs: 20 * writeMsPerToken,
    draftedTokenCount: 0,
    acceptedDraftTokenCount: 0,
  };
  for (let index = 0; index < count; index += 1) {
    await expectations.note(timings);
  }
}

test('nothing is said before enough was measured', async () => {
  await suggest(4, 0.1, 1);
  expect((await expectations.describe()).map(({ expectation }) => expectation)).toEqual([null, null, null]);
  expect(offered).toEqual([]);
});

test('other models are slower by the ratio of their sizes', async () => {
  await suggest(5, 1, 10);
  const [own, large] = await expectations.describe();
  expect(own?.expectation).toEqual({ tokensPerSecond: 100, suggestionMs: 152, keepsUpWithTyping: true });
  expect(large?.expectation).toMatchObject({ suggestionMs: 456, keepsUpWithTyping: false });
  expect(large?.expectation?.tokensPerSecond).toBeCloseTo(33.3, 1);
  expect(large && describeExpectation(large)).toBe(', about 33 tok/s here');
  expect(describeExpectation({ expectation: null })).toBe('');
});

test('a larger model that keeps up with typing is offered, once', async () => {
  await suggest(20, 0.5, 5);
  expect(offered).toEqual(['large']);
});

test('what is too slow, smaller or already in use is not offered', async () => {
  await suggest(20, 2.5, 18);
  state = readyOn('CPU', 'large');
  await suggest(20, 0.5, 5);
  expect(offered).toEqual([]);
});

test('a device that is faster is measured by itself', async () => {
  await suggest(20, 2.5, 18);
  state = readyOn('WebGPU');
  expect((await expectations.describe())[0]?.expectation).toBeNull();
  await suggest(4, 0.1, 2);
  expect(offered).toEqual([]);
  await suggest(1, 0.1, 2);
  expect(offered).toEqual(['large']);
});

test('of a file of the user nothing is expected', async () => {
  state = readyOn('CPU', 'own.gguf');
  await suggest(20, 0.1, 1);
  expect(offered).toEqual([]);
  expect((await expectations.describe()).every(({ expectation }) => expectation === null)).toBe(true);
});
