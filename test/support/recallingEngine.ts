import type { Engine } from '../../src/engine/engine';
import { byteTokenizer } from './byteTokenizer';

const firstSpecialId = 256;
/** How much of the text before a byte decides what it should be. */
const memoryByteCount = 10;
const expectedNats = -0.05;

export interface RecallingEngine extends Engine {
  /** Of `score` and `scoreChoices`, in order: how many ids were asked about. */
  readonly calls: number[];
}

/**
 * An engine of bytes that has learnt `text` by heart and expects it again, wherever it stands: a byte is likely
 * when it follows the ten before it (or those since a special token) somewhere in `text`. Gives up between calls
 * when its signal is aborted. `surprisingNats`: ln p of all that it does not expect.
 */
export function createRecallingEngine(text: string, surprisingNats = -4): RecallingEngine {
  const known = Buffer.from(text).toString('latin1');
  const calls: number[] = [];

  function logProbability(before: readonly number[], id: number): number {
    const start = Math.max(
      before.length - memoryByteCount,
      before.findLastIndex((other) => other >= firstSpecialId) + 1,
    );
    const phrase = String.fromCharCode(...before.slice(start), id);
    return id < firstSpecialId && known.includes(phrase) ? expectedNats : surprisingNats;
  }

  async function atNextTurn(signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }

  return {
    calls,
    contextCapacity: 4096,
    vocabularySize: byteTokenizer.vocabularySize,
    generate: () => Promise.reject(new Error('the recalling engine does not generate')),
    prefill: () => Promise.reject(new Error('the recalling engine does not prefill')),
    async score(promptIds, targetIds, signal) {
      await atNextTurn(signal);
      calls.push(targetIds.length);
      return Float32Array.from(targetIds, (id, index) =>
        logProbability([...promptIds, ...targetIds.slice(0, index)], id),
      );
    },
    async scoreChoices(promptIds, targetIds, choices, signal) {
      const targets = await this.score(promptIds, targetIds, signal);
      return {
        targets,
        choices: choices.map((ids, index) =>
          Float32Array.from(ids, (id) => logProbability([...promptIds, ...targetIds.slice(0, index)], id)),
        ),
      };
    },
    cachedPrefixLength: () => 0,
    forget: () => undefined,
    dispose: () => Promise.resolve(),
  };
}
