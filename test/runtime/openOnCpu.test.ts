import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { locateCache, type Cache } from '../../src/model/cache';
import { openOnDevice } from '../../src/runtime/deviceControl';
import { describeDrivers } from '../../src/runtime/deviceDriver';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

vi.mock('../../src/runtime/deviceDriver', () => ({ describeDrivers: vi.fn(() => Promise.resolve('')) }));

let tiny: TinyEngine;
let cache: Cache;
beforeAll(async () => {
  tiny = await openTinyEngine({ hiddenSize: 64, feedForwardSize: 96, layerCount: 1, contextCapacity: 80 });
  cache = locateCache({ SOTTO_CACHE: mkdtempSync(join(tmpdir(), 'sotto-cpu-')) });
});
afterAll(async () => {
  rmSync(cache.folder, { recursive: true });
  await tiny.dispose();
});

test('a model that runs on the CPU is opened without asking the system for its drivers', async () => {
  const control = await openOnDevice({
    setting: 'cpu',
    engine: tiny.engineOptions,
    deviceGraphs: {
      ensure: () => Promise.reject(new Error('the CPU has the prepared graph')),
      remove: () => Promise.resolve(),
    },
    modelSha256: '',
    promptIds: [],
    cache,
    logger: silentLogger,
    onMoved: () => undefined,
    onLost: () => undefined,
  });
  const request = { promptIds: [3, 4, 5], maxTokens: 3, stopIds: new Set<number>() };
  expect((await control.engine.generate(request, neverAborted)).tokens).toHaveLength(3);
  expect(describeDrivers).not.toHaveBeenCalled();
  await control.dispose();
});
