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

/** The engine, whose prefills are noted, and which says of its generations that they read that slowly. */
function watched(prefills: PrefillResult[], readMsPerToken: number): Engine {
  const { engine } = tiny;
  return {
    contextCapacity: engine.contextCapacity,
    vocabularySize: engine.vocabularySize,
    async generate(...call) {
      const result = await engine.generate(...call);
      const prefillMs = result.timings.prefilledTokenCount * readMsPerToken;
      return { ...result, timings: { ...result.timings, prefillMs } };
    },
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
}

const task = { promptIds: [[3, 4, 5]], reference: undefined };

test('each prefill that is timed reads the whole prompt', async () => {
  const prefills: PrefillResult[] = [];
  const { golden } = await measureEngine(watched(prefills, 1), task, neverAborted);
  expect(golden).toHaveLength(1);
  expect(prefills.map(({ prefilledTokenCount }) => prefilledTokenCount)).toEqual([84, 84, 84]);
});

test('an engine that reads slowly is timed once, on less', async () => {
  const prefills: PrefillResult[] = [];
  const { golden } = await measureEngine(watched(prefills, 100), task, neverAborted);
  expect(golden).toHaveLength(1);
  expect(prefills.map(({ prefilledTokenCount }) => prefilledTokenCount)).toEqual([64]);
});
