import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import type { GraphSource } from '../../src/model/graphVariant';
import { prepareModel } from '../../src/model/prepare';
import { writeTinyModel, type TinyModelOptions } from './tinyModel';

/** A seeded, untrained model, written to `tiny.gguf` of the folder and prepared there through the real code. */
export async function prepareTinyModel(folder: string, options: TinyModelOptions): Promise<GraphSource> {
  const ggufPath = join(folder, 'tiny.gguf');
  await writeTinyModel(options, ggufPath);
  const sha256 = createHash('sha256').update(readFileSync(ggufPath)).digest('hex');
  const quiet = { report: () => {}, logger: silentLogger };
  return { ...(await prepareModel(ggufPath, sha256, folder, quiet, neverAborted)), ggufPath };
}
