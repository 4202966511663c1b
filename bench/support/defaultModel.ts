import { silentLogger } from '../../src/base/logger';
import { locateCache } from '../../src/model/cache';
import { defaultModelName, findCatalogEntry } from '../../src/model/catalog';
import { modelFilePath } from '../../src/model/modelFile';
import type { LanguageModel, LoadOptions } from '../../src/runtime/languageModel';
import { loadLanguageModel } from '../../src/runtime/languageModel';

/** The default model, fetched and prepared where it is not yet, and the path of its GGUF for peers. */
export async function openDefaultModel(
  options: Pick<LoadOptions, 'contextCapacity' | 'threadCount'> = {},
): Promise<LanguageModel & { readonly ggufPath: string }> {
  const cache = locateCache(process.env);
  const choice = { kind: 'catalog', name: defaultModelName } as const;
  const model = await loadLanguageModel(
    { choice, cache, report: () => {}, logger: silentLogger, ...options },
    new AbortController().signal,
  );
  return { ...model, ggufPath: modelFilePath(findCatalogEntry(defaultModelName), cache) };
}
