import { UserError } from '../base/errors';
import type { ModelLoader } from './model/modelLoader';

/**
 * The real model. Until `src/runtime` is in this tree the server runs without one: it says so and answers every
 * request with the reason `no-model`.
 */
export function createRuntimeLoader(): ModelLoader {
  return {
    listModels: () => Promise.resolve([]),
    isModelPresent: () => Promise.resolve(false),
    load: () =>
      Promise.reject(
        new UserError(
          'model-not-found',
          'This build has no model runtime.',
          'Install a released build of Sotto.',
        ),
      ),
  };
}
