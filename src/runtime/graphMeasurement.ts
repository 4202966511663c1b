import type { Engine } from '../engine/engine';
import { asCompletionsDo, typicalSuggestion } from './deviceMeasurement';

/** What the processor did with one of a model's graphs. Plain values: it crosses a process boundary. */
export interface GraphMeasurement {
  /** Of each token of the texts but their first ones, natural logarithm of its probability. */
  readonly logProbabilities: readonly number[];
  readonly readMsPerToken: number;
  readonly writeMsPerToken: number;
}

const roundCount = 2;

/**
 * Reads texts, given as token ids, in every way that completion reads and writes: in a few seconds, since somebody waits
 * for it. Speeds are the better of two rounds, after one that warms up: what else the machine does only ever slows it.
 * Rejects with what the engine rejects with, or the signal's reason.
 */
export async function measureGraph(
  engine: Engine,
  texts: readonly (readonly number[])[],
  signal: AbortSignal,
): Promise<GraphMeasurement> {
  const logProbabilities: number[] = [];
  for (const ids of texts) {
    logProbabilities.push(...(await engine.score(ids.slice(0, 1), ids.slice(1), signal)));
  }
  const promptIds = texts.flat().slice(0, engine.contextCapacity - typicalSuggestion.writtenTokens);
  let readMs = Infinity;
  let writeMs = Infinity;
  for (let round = 0; round < roundCount; round++) {
    engine.forget();
    readMs = Math.min(readMs, (await engine.prefill(promptIds, signal)).durationMs);
    const { timings } = await engine.generate(
      { promptIds, maxTokens: typicalSuggestion.writtenTokens, ...asCompletionsDo },
      signal,
    );
    writeMs = Math.min(writeMs, timings.decodeMs);
  }
  return {
    logProbabilities,
    readMsPerToken: readMs / promptIds.length,
    writeMsPerToken: writeMs / typicalSuggestion.writtenTokens,
  };
}
