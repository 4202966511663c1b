import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { createRandom } from '../../src/base/random';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

let tiny: TinyEngine;
beforeAll(async () => {
  tiny = await openTinyEngine({ contextCapacity: 256 });
});
afterAll(() => tiny.dispose());

function randomIds(seed: number, count: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => Math.floor(random() * tiny.vocabularySize));
}

test('targets score as in score, and a choice as the target it would be, over several runs', async () => {
  const prompt = randomIds(1, 20);
  const targets = randomIds(2, 80); // More than one run gives logits for.
  const choices = targets.map((_, index) => (index % 3 === 0 ? randomIds(index + 3, 2) : []));
  const scored = await tiny.engine.scoreChoices(prompt, targets, choices, neverAborted);
  const plain = await tiny.engine.score(prompt, targets, neverAborted);
  plain.forEach((value, index) => expect(scored.targets[index]).toBeCloseTo(value, 4));

  for (const index of [0, 33, 78]) {
    const ids = choices[index] ?? [];
    for (const [choiceIndex, id] of ids.entries()) {
      const before = [...prompt, ...targets.slice(0, index)];
      const alone = await tiny.freshly((fresh) => fresh.score(before, [id], neverAborted));
      expect(scored.choices[index]?.[choiceIndex]).toBeCloseTo(alone[0] ?? NaN, 3);
    }
  }
  expect(scored.choices.map((values) => values.length)).toEqual(choices.map((ids) => ids.length));
});

test('places without an entry have no choices, and no targets cost no run', async () => {
  const scored = await tiny.engine.scoreChoices([1, 2], [3, 4], [[5]], neverAborted);
  expect(scored.targets).toHaveLength(2);
  expect(scored.choices.map((values) => values.length)).toEqual([1]);
  expect((await tiny.engine.scoreChoices([1, 2], [], [], neverAborted)).targets).toHaveLength(0);
});
