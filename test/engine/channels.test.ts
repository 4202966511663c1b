// The graph whose matrices have one scale for each row, with integers on both sides of the product.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { createRandom } from '../../src/base/random';
import type { Engine } from '../../src/engine/engine';
import { createEngine } from '../../src/engine/transformerEngine';
import { architectureNames } from '../../src/model/configuration';
import { ensureGraphVariant } from '../../src/model/graphVariant';
import { prepareModel } from '../../src/model/prepare';
import { writeTinyModel } from '../support/tinyModel';

/** Mean difference. Random weights make much of seven bits: up to 0.11 was seen. */
const toleranceNats = 0.2;

const idsOf = (seed: number, count: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => Math.floor(random() * 300));
};

describe.each(architectureNames)('%s', (architecture) => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-channel-engine-'));
  let byBlock: Engine;
  let byChannel: Engine;
  beforeAll(async () => {
    const ggufPath = join(folder, 'tiny.gguf');
    await writeTinyModel({ architecture, seed: 1, hiddenSize: 64, feedForwardSize: 96 }, ggufPath);
    const sha256 = createHash('sha256').update(readFileSync(ggufPath)).digest('hex');
    const options = { report: () => {}, logger: silentLogger };
    const prepared = await prepareModel(ggufPath, sha256, folder, options, neverAborted);
    const { configuration, headParts, files } = prepared.manifest;
    const common = { configuration, headParts, contextCapacity: 96, threadCount: 1 };
    byBlock = await createEngine({ ...common, graphPath: join(prepared.folder, files.graph.name) });
    const source = { ...prepared, ggufPath };
    const graphPath = await ensureGraphVariant(source, 'channel', options, neverAborted);
    byChannel = await createEngine({ ...common, graphPath });
  });
  afterAll(async () => {
    await Promise.all([byBlock.dispose(), byChannel.dispose()]);
    rmSync(folder, { recursive: true });
  });

  test('says what the graph by block says, whatever the cache held', async () => {
    const prompt = idsOf(1, 40);
    const differences: number[] = [];
    for (const ids of [prompt, prompt.slice(0, 25), [...prompt.slice(0, 25), ...idsOf(2, 30)], idsOf(3, 9)]) {
      const targets = idsOf(ids.length, 12);
      const expected = await byBlock.score(ids, targets, neverAborted);
      const scores = await byChannel.score(ids, targets, neverAborted);
      scores.forEach((score, index) => differences.push(Math.abs(score - expected[index]!)));
    }
    expect(Math.min(...differences)).toBeGreaterThan(0); // Otherwise the graph by block was measured against itself.
    expect(differences.reduce((sum, value) => sum + value) / differences.length).toBeLessThan(toleranceNats);
  });
});
