import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import type { Engine, PrefillResult } from '../../src/engine/engine';
import { measureEngine } from '../../src/runtime/deviceMeasurement';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

let tiny: TinyEngine;
beforeAll(async () => {
  tiny = await openTinyEngine({ contextCapacity: 128 });
});
afterAll(() => tiny.dispose());

test('each prefill that is timed reads the whole prompt', async () => {
  const { engine } = tiny;
  const prefills: PrefillResult[] = [];
  const watched: Engine = {
    contextCapacity: engine.contextCapacity,
    vocabularySize: engine.vocabularySize,
    generate: (...call) => engine.generate(...call),
    score: (...call) => engine.score(...call),
    scoreChoices: (...call) => engine.scoreChoices(...call),
    cachedPrefixLength: (ids) => engine.cachedPrefixLength(ids),
    dispose: () => engine.dispose(),
    forget: () => engine.forget(),
    async prefill(...call) {
      const result = await engine.prefill(...call);
      prefills.push(result);
      return result;
    },
  };
  const task = { promptIds: [[3, 4, 5]], reference: undefined };
  const { golden } = await measureEngine(watched, task, neverAborted);
  expect(golden).toHaveLength(1);
  expect(prefills.map(({ prefilledTokenCount }) => prefilledTokenCount)).toEqual([84, 84, 84]);
});
