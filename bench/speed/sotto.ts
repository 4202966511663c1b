import { openDefaultModel } from '../support/defaultModel';
import type { Contender, ContenderOptions } from './contender';

/** Sotto's own engine; the model comes prepared from the cache. */
export async function loadSotto(
  options: ContenderOptions & { readonly speculate: boolean },
): Promise<Contender> {
  const { contextCapacity, threadCount, speculate } = options;
  const { engine } = await openDefaultModel({ contextCapacity, threadCount });
  const signal = new AbortController().signal;

  return {
    async prefill(ids) {
      engine.forget();
      return (await engine.prefill(ids, signal)).durationMs;
    },
    async decode(promptIds, tokenCount) {
      engine.forget();
      let firstTokenTime = 0;
      await engine.generate(
        {
          promptIds,
          maxTokens: tokenCount + 1,
          stopIds: new Set(),
          speculate,
          vocabulary: 'common', // As completion asks.
          onToken() {
            firstTokenTime ||= performance.now();
            return 'continue';
          },
        },
        signal,
      );
      return (performance.now() - firstTokenTime) / tokenCount;
    },
  };
}
