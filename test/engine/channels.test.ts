// The graph whose matrices have one scale for each row, with integers on both sides of the product.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import type { Engine } from '../../src/engine/engine';
import { createEngine } from '../../src/engine/transformerEngine';
import { architectureNames } from '../../src/model/configuration';
import { ensureGraphVariant } from '../../src/model/graphVariant';
import { prepareTinyModel } from '../support/preparedTinyModel';
import { randomIds } from '../support/random';

/** Mean difference. Random weights make much of seven bits: up to 0.11 was seen. */
const toleranceNats = 0.2;

describe.each(architectureNames)('%s', (architecture) => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-channel-engine-'));
  let byBlock: Engine;
  let byChannel: Engine;
  beforeAll(async () => {
    const sizes = { hiddenSize: 64, feedForwardSize: 96 };
    const source = await prepareTinyModel(folder, { architecture, seed: 1, ...sizes });
    const { configuration, headParts, files } = source.manifest;
    const common = { configuration, headParts, contextCapacity: 96, threadCount: 1 };
    byBlock = await createEngine({ ...common, graphPath: join(source.folder, files.graph.name) });
    const graphPath = await ensureGraphVariant(source, 'channel', { logger: silentLogger }, neverAborted);
    byChannel = await createEngine({ ...common, graphPath });
  });
  afterAll(async () => {
    await Promise.all([byBlock.dispose(), byChannel.dispose()]);
    rmSync(folder, { recursive: true });
  });

  test('says what the graph by block says, whatever the cache held', async () => {
    const prompt = randomIds(1, 40);
    const differences: number[] = [];
    for (const ids of [
      prompt,
      prompt.slice(0, 25),
      [...prompt.slice(0, 25), ...randomIds(2, 30)],
      randomIds(3, 9),
    ]) {
      const targets = randomIds(ids.length, 12);
      const expected = await byBlock.score(ids, targets, neverAborted);
      const scores = await byChannel.score(ids, targets, neverAborted);
      scores.forEach((score, index) => differences.push(Math.abs(score - expected[index]!)));
    }
    expect(Math.min(...differences)).toBeGreaterThan(0); // Otherwise the graph by block was measured against itself.
    expect(differences.reduce((sum, value) => sum + value) / differences.length).toBeLessThan(toleranceNats);
  });
});
