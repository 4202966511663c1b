import { UserError } from '../base/errors';
import type { ServerDependencies } from './server';

/**
 * The real model and pipeline. Until `src/runtime` and `features/completion` are in this tree the server runs
 * without a model: it says that there is none and answers every request with the reason `no-model`.
 */
export function createRuntimeDependencies(): ServerDependencies<unknown> {
  const missing = () =>
    new UserError(
      'model-not-found',
      'This build has no model runtime.',
      'Install a released build of Sotto.',
    );
  return {
    loader: {
      listModels: () => Promise.resolve([]),
      isModelPresent: () => Promise.resolve(false),
      loadLanguageModel: () => Promise.reject(missing()),
    },
    createCompleter: () => {
      throw missing();
    },
  };
}
