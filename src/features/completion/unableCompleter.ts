import type { Completer } from './completer';

/** In place of a completer, for a model that cannot fill in the middle: every request is answered with `reason`. */
export function createUnableCompleter(reason: string): Completer {
  return {
    complete: () =>
      Promise.resolve({
        kind: 'none',
        reason: 'model-cannot-complete',
        detail: reason,
        timings: { totalMs: 0 },
      }),
    alternatives: () => Promise.resolve([]),
    warmUp: () => Promise.resolve(),
    prepareNext: () => Promise.resolve(),
    beginningBefore: () => undefined,
    accepted: () => undefined,
    rejected: () => undefined,
    backOffDelayMs: () => 0,
    stop: () => undefined,
    dispose: () => Promise.resolve(),
  };
}
