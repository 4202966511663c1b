import envPaths from 'env-paths';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { locateCache } from '../../src/model/cache';
import { defaultModelName } from '../../src/model/catalog';
import { loadLanguageModel, type LanguageModel } from '../../src/runtime/languageModel';

/**
 * The path of the default model's GGUF: SOTTO_TEST_MODEL, or where the app keeps it. Throws when it is not
 * there: a test that needs the model must fail, not pass without it.
 */
export function defaultModelPath(): string {
  const cacheFolder = process.env['SOTTO_CACHE'] ?? envPaths('sotto', { suffix: '' }).cache;
  const path =
    process.env['SOTTO_TEST_MODEL'] ?? join(cacheFolder, 'models', 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf');
  if (!existsSync(path)) {
    throw new Error(
      `The default model is not at ${path}. Run "npm test", or set SOTTO_TEST_MODEL to its path.`,
    );
  }
  return path;
}

/** The default model, as the app opens it. The caller disposes it. */
export function loadDefaultModel(): Promise<LanguageModel> {
  const choice = { kind: 'catalog', name: defaultModelName } as const;
  const options = { choice, cache: locateCache(process.env), report: () => {}, logger: silentLogger };
  return loadLanguageModel(options, neverAborted);
}
