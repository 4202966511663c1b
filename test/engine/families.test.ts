import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { createRandom } from '../../src/base/random';
import { architectureNames } from '../../src/model/configuration';
import { loadReferenceModel, type ReferenceModel } from '../support/referenceForward';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

/** Widths that are no multiple of 128: the weights are repacked exactly, so that engine and reference agree. */
const sizes = { hiddenSize: 64, feedForwardSize: 96, contextCapacity: 128 };
const generatedCount = 16;

describe.each(architectureNames)('%s', (architecture) => {
  let tiny: TinyEngine;
  let reference: ReferenceModel;
  beforeAll(async () => {
    tiny = await openTinyEngine({ architecture, seed: 51, ...sizes });
    reference = await loadReferenceModel(tiny.ggufPath);
  });
  afterAll(() => tiny.dispose());

  const promptOf = (seed: number, length: number) => {
    const random = createRandom(seed);
    return Array.from({ length }, () => Math.floor(random() * tiny.vocabularySize));
  };

  /** Greedy tokens of the plain forward pass, without any cache. */
  function expectedTokens(promptIds: readonly number[]) {
    const ids = [...promptIds];
    const tokens = [];
    for (let count = 0; count < generatedCount; count++) {
      const logits = reference.forward(ids).at(-1)!;
      const largest = Math.max(...logits);
      const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
      const id = logits.indexOf(largest);
      tokens.push({ id, logProbability: -Math.log(sum) });
      ids.push(id);
    }
    return tokens;
  }

  async function generate(promptIds: readonly number[], speculate: boolean) {
    const request = { promptIds, maxTokens: generatedCount, stopIds: new Set<number>(), speculate };
    return (await tiny.engine.generate(request, neverAborted)).tokens;
  }

  test('greedy tokens are those of the plain forward pass, whatever the cache held', async () => {
    const prompt = promptOf(1, 30);
    const expected = expectedTokens(prompt);
    const held = [
      [],
      prompt.slice(0, 11),
      [...prompt, 7, 8, 9],
      [...prompt.slice(0, 20), 3, 4, 5],
      promptOf(2, 50),
    ];
    for (const earlier of held) {
      if (earlier.length > 0) {
        await tiny.engine.prefill(earlier, neverAborted);
      }
      for (const speculate of [false, true]) {
        const tokens = await generate(prompt, speculate);
        expect(tokens.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        tokens.forEach(({ logProbability }, index) =>
          expect(logProbability).toBeCloseTo(expected[index]!.logProbability, 3),
        );
      }
    }
  });

  test('what is kept is not computed again, and what is cut off is forgotten', async () => {
    const prompt = promptOf(3, 40);
    await tiny.engine.prefill(prompt, neverAborted);
    const longer = await tiny.engine.prefill([...prompt, 1, 2], neverAborted);
    expect(longer).toMatchObject({ reusedTokenCount: 40, prefilledTokenCount: 2 });
    const other = prompt[25] === 5 ? 6 : 5;
    const changed = [...prompt.slice(0, 25), other, ...prompt.slice(26)];
    expect(await tiny.engine.prefill(changed, neverAborted)).toMatchObject({ reusedTokenCount: 25 });
    const tokens = await generate(changed, false);
    expect(tokens.map(({ id }) => id)).toEqual(expectedTokens(changed).map(({ id }) => id));
  });
});
