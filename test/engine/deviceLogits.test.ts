// What of the vocabulary leaves a device's memory: the numbers that somebody reads, and no more.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { createRandom } from '../../src/base/random';
import type { Engine, GenerateRequest, TokenConstraint } from '../../src/engine/engine';
import { OrtApi } from '../../src/engine/ortApi';
import { ortLibraryPath } from '../../src/engine/ortLibrary';
import {
  noSoftwareAdapter,
  softwareAdapterSizes,
  softwareAdapterTimeoutMs,
  useSoftwareAdapter,
} from '../support/softwareAdapter';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

const suiteName = `logits on the software adapter${noSoftwareAdapter ? ` (${noSoftwareAdapter})` : ''}`;
describe.skipIf(noSoftwareAdapter !== undefined)(suiteName, { timeout: softwareAdapterTimeoutMs }, () => {
  let tiny: TinyEngine;
  let gpu: Engine;
  const api = OrtApi.load(ortLibraryPath()); // Every engine's.
  beforeAll(async () => {
    tiny = await openTinyEngine({
      ...softwareAdapterSizes,
      contextCapacity: 128,
      headParts: [
        { firstId: 0, idCount: 100, isRare: false },
        { firstId: 100, idCount: 140, isRare: true },
        { firstId: 240, idCount: 69, isRare: false },
      ],
    });
    useSoftwareAdapter();
    gpu = await tiny.openOn('webgpu', 31);
  }, softwareAdapterTimeoutMs);
  afterAll(async () => {
    await gpu.dispose();
    await tiny.dispose();
  });
  afterEach(() => vi.restoreAllMocks());

  const random = createRandom(1);
  const promptIds = Array.from({ length: 20 }, () => Math.floor(random() * 309));

  async function generate(engine: Engine, request: Partial<GenerateRequest> = {}) {
    const whole = { promptIds, maxTokens: 8, stopIds: new Set<number>(), runnersUp: true, ...request };
    return (await engine.generate(whole, neverAborted)).tokens;
  }

  async function expectSame(request: () => Partial<GenerateRequest>): Promise<readonly number[]> {
    const expected = await generate(tiny.engine, request());
    const actual = await generate(gpu, request());
    expect(actual.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    actual.forEach(({ logProbability, runnerUp }, index) => {
      expect(logProbability).toBeCloseTo(expected[index]!.logProbability, 3);
      expect(runnerUp?.id).toBe(expected[index]!.runnerUp?.id);
      expect(runnerUp?.logProbability ?? 0).toBeCloseTo(expected[index]!.runnerUp?.logProbability ?? 0, 3);
    });
    return actual.map(({ id }) => id);
  }

  /** Allows the given ids one step after the other, then every token. */
  function allow(...steps: readonly (readonly number[])[]): TokenConstraint {
    let step = 0;
    return { allowedIds: () => steps[step], accept: () => (step += 1) };
  }

  /** Most values that one run of `call` binds to memory of the host for its logits and what is said of them. */
  async function copiedValues(call: () => Promise<unknown>): Promise<number> {
    const created = vi.spyOn(api, 'createTensorOver').mock;
    const runs = vi.spyOn(api, 'run').mock;
    await call();
    const floatCounts = created.calls.map(([, , elementType, shape], index) => ({
      order: created.invocationCallOrder[index]!,
      count: elementType === 'float32' ? shape.reduce((product, size) => product * size, 1) : 0,
    }));
    const countsByRun = runs.invocationCallOrder.map((end, index) => {
      const start = runs.invocationCallOrder[index - 1] ?? 0;
      const ofRun = floatCounts.filter(({ order }) => order > start && order < end);
      return ofRun.reduce((sum, { count }) => sum + count, 0);
    });
    vi.restoreAllMocks();
    return Math.max(...countsByRun);
  }

  test.each(['common', 'whole'] as const)('greedy tokens are those of the CPU: %s', async (vocabulary) => {
    await expectSame(() => ({ vocabulary, maxTokens: 24 }));
  });

  test.each(['common', 'whole'] as const)('so are tokens under a constraint: %s', async (vocabulary) => {
    const ids = await expectSame(() => ({
      vocabulary,
      constraint: allow([150, 12, 250, 99], [13], [301, 5, 160]),
      draftIds: [...promptIds, 12, 13, 5, 6],
    }));
    expect([150, 12, 250, 99]).toContain(ids[0]);
    expect(ids[1]).toBe(13);
    expect([301, 5, 160]).toContain(ids[2]);
  });

  test('a constraint may allow every token', async () => {
    const all = Array.from({ length: tiny.vocabularySize }, (_, id) => id);
    const constrained = await expectSame(() => ({ constraint: allow(all, all) }));
    expect(constrained).toEqual(await expectSame(() => ({})));
  });

  test('sampled tokens are those of the CPU', async () => {
    await expectSame(() => ({ sampling: { temperature: 1, topP: 0.9, seed: 3 } }));
  });

  test('so are the scores of targets and of choices beside them', async () => {
    const targets = [4, 150, 260, 7, 4, 4];
    const choices = [[1, 4], [2, 140, 308], [], [255]];
    const expected = await tiny.engine.scoreChoices(promptIds, targets, choices, neverAborted);
    const actual = await gpu.scoreChoices(promptIds, targets, choices, neverAborted);
    const flat = ({ targets: own, choices: others }: typeof actual) =>
      [own, ...others].flatMap((row) => [...row]);
    expect(flat(actual)).toHaveLength(12);
    flat(actual).forEach((score, index) => expect(score).toBeCloseTo(flat(expected)[index]!, 3));
  });

  test('the vocabulary stays on the device, but for a row that is sampled from', async () => {
    const { vocabularySize } = tiny;
    // A few numbers a row and part, and those that were asked for.
    const ofRow = (askedCount: number) => 4 * 3 * (1 + askedCount);
    expect(await copiedValues(() => gpu.prefill([1, ...promptIds], neverAborted))).toBeLessThan(ofRow(1));
    const greedy = { vocabulary: 'whole', speculate: false } as const;
    expect(await copiedValues(() => generate(gpu, greedy))).toBeLessThan(ofRow(1));
    const constraint = allow([150, 12, 250], [13, 14]);
    expect(await copiedValues(() => generate(gpu, { ...greedy, constraint }))).toBeLessThan(ofRow(3));
    const score = () => gpu.scoreChoices(promptIds, [4], [[1, 2]], neverAborted);
    expect(await copiedValues(score)).toBeLessThan(ofRow(3));

    const sampling = { temperature: 1, topP: 0.9, seed: 3 };
    const sampled = await copiedValues(() => generate(gpu, { sampling }));
    expect(sampled).toBeGreaterThanOrEqual(vocabularySize);
    expect(sampled).toBeLessThan(vocabularySize + ofRow(1));
    // The same measure on the CPU, where the logits are in the host's memory anyway.
    expect(await copiedValues(() => generate(tiny.engine, greedy))).toBeGreaterThanOrEqual(vocabularySize);
  });

  test('every node of the graph runs on the device', async () => {
    const create = api.createSessionOptions.bind(api);
    vi.spyOn(api, 'createSessionOptions').mockImplementation((threadCount, entries) =>
      create(threadCount, { ...entries, 'session.disable_cpu_ep_fallback': '1' }),
    );
    const strict = await tiny.openOn('webgpu', 31);
    expect((await generate(strict)).length).toBe(8);
    await strict.dispose();
  });
});
