import { median } from '../base/median';
import type { Engine } from '../engine/engine';

/** What one device did with the same model and the same prompts. Plain values: it crosses a process boundary. */
export interface DeviceMeasurement {
  /** Greedy continuation of each golden prompt. */
  readonly golden: readonly GoldenTokens[];
  /** For each golden prompt, log p of the CPU's tokens on this device; empty on the CPU itself. */
  readonly referenceScores: readonly (readonly number[])[];
  readonly speed: DeviceSpeed;
}

export interface GoldenTokens {
  readonly ids: readonly number[];
  readonly logProbabilities: readonly number[];
}

export interface DeviceSpeed {
  readonly prefillTokensPerSecond: number;
  readonly decodeMsPerToken: number;
  /** What typing feels: 32 tokens read after a warm prompt, then 12 written. */
  readonly suggestionMs: number;
}

export interface MeasurementTask {
  readonly promptIds: readonly (readonly number[])[];
  /** The CPU's continuation of each prompt; absent when the CPU itself is measured. */
  readonly reference: readonly GoldenTokens[] | undefined;
}

/**
 * Two tokens whose log-probabilities differ by less are a near tie: int8 activations on the CPU and float16 or float32
 * ones on a GPU may decide it differently, and either is right.
 */
const nearTieNats = 0.2;

/** Mean difference of the log-probabilities of the same tokens; for the default model 8-bit weights cost 0.02. */
const meanDifferenceNats = 0.1;

const goldenTokenCount = 24;
const timedPromptTokens = 512;
/** A processor that reads so slowly is timed once, on the beginning of the prompt: else it would take minutes. */
const slowMsPerToken = 20;
const slowPromptTokens = 64;
/** A typical suggestion: tokens read after a warm prompt, and written. */
export const typicalSuggestion = { readTokens: 32, writtenTokens: 12 };
/** The whole vocabulary is checked by the scores. */
export const asCompletionsDo = {
  stopIds: new Set<number>(),
  speculate: false,
  vocabulary: 'common',
  runnersUp: true,
} as const;

/** Runs the golden prompts and the timing. Rejects with what the engine rejects with, or the signal's reason. */
export async function measureEngine(
  engine: Engine,
  { promptIds, reference }: MeasurementTask,
  signal: AbortSignal,
): Promise<DeviceMeasurement> {
  const golden: GoldenTokens[] = [];
  const referenceScores: number[][] = [];
  for (const [index, ids] of promptIds.entries()) {
    const { tokens } = await engine.generate(
      { promptIds: ids, maxTokens: goldenTokenCount, ...asCompletionsDo },
      signal,
    );
    golden.push({
      ids: tokens.map(({ id }) => id),
      logProbabilities: tokens.map(({ logProbability }) => logProbability),
    });
    if (reference !== undefined) {
      referenceScores.push([...(await engine.score(ids, reference[index]?.ids ?? [], signal))]);
    }
  }
  return { golden, referenceScores, speed: await timeEngine(engine, signal) };
}

/** A speed in a few words, for tables and logs that users read. */
export function describeSpeed({
  prefillTokensPerSecond,
  decodeMsPerToken,
  suggestionMs,
}: DeviceSpeed): string {
  return `suggestion ${Math.round(suggestionMs)} ms, prefill ${Math.round(prefillTokensPerSecond)} tokens/s, decode ${decodeMsPerToken.toFixed(1)} ms/token`;
}

/** Why the device's results are not those of the CPU, or undefined when they are, up to near ties and rounding. */
export function findDeviation(cpu: DeviceMeasurement, device: DeviceMeasurement): string | undefined {
  for (const [promptIndex, { ids, logProbabilities }] of cpu.golden.entries()) {
    const own = device.golden[promptIndex];
    const scores = device.referenceScores[promptIndex] ?? [];
    const at = ids.findIndex((id, index) => own?.ids[index] !== id);
    const preference = (own?.logProbabilities[at] ?? NaN) - (scores[at] ?? NaN);
    // Written so that a result that is no number does not pass.
    if (at >= 0 && !(Math.abs(preference) <= nearTieNats)) {
      return `prompt ${promptIndex + 1}: token ${at + 1} differs from the CPU's by ${preference.toFixed(2)} nats`;
    }
    const differences = logProbabilities.map((value, index) => Math.abs(value - (scores[index] ?? NaN)));
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    if (!(mean <= meanDifferenceNats)) {
      return `prompt ${promptIndex + 1}: log-probabilities differ from the CPU's by ${mean.toFixed(2)} nats on average`;
    }
  }
  return undefined;
}

/**
 * Prefill and decode rates, and the time of a typical suggestion, each the median of three; allocations and shaders are
 * warmed up before.
 */
async function timeEngine(engine: Engine, signal: AbortSignal): Promise<DeviceSpeed> {
  const promptTokens = Math.min(
    timedPromptTokens,
    engine.contextCapacity - typicalSuggestion.readTokens - typicalSuggestion.writtenTokens,
  );
  const suggest = (prompt: readonly number[], seed: number) =>
    engine.generate(
      {
        promptIds: [...prompt, ...idsFrom(seed, typicalSuggestion.readTokens, engine)],
        maxTokens: typicalSuggestion.writtenTokens,
        ...asCompletionsDo,
      },
      signal,
    );
  const wholePrompt = idsFrom(1, promptTokens, engine);
  const shortPrompt = wholePrompt.slice(0, slowPromptTokens);
  const trial = (await suggest(shortPrompt, 2)).timings;
  const isSlow = trial.prefillMs > slowMsPerToken * trial.prefilledTokenCount;
  const promptIds = isSlow ? shortPrompt : wholePrompt;
  if (!isSlow) {
    await suggest(promptIds, 2);
  }
  const prefillMs: number[] = [];
  const decodeMs: number[] = [];
  const suggestionMs: number[] = [];
  for (const seed of isSlow ? [3] : [3, 4, 5]) {
    engine.forget();
    prefillMs.push((await engine.prefill(promptIds, signal)).durationMs);
    const { timings } = await suggest(promptIds, seed);
    decodeMs.push(timings.decodeMs);
    suggestionMs.push(timings.prefillMs + timings.decodeMs);
  }
  return {
    prefillTokensPerSecond: (1000 * promptIds.length) / (median(prefillMs) ?? NaN),
    decodeMsPerToken: (median(decodeMs) ?? NaN) / typicalSuggestion.writtenTokens,
    suggestionMs: median(suggestionMs) ?? NaN,
  };
}

/** Ids without meaning: speed does not depend on them. */
function idsFrom(seed: number, count: number, { vocabularySize }: Engine): number[] {
  return Array.from(
    { length: count },
    (_, index) => 1 + ((seed * 104_729 + index * 7919) % (vocabularySize - 1)),
  );
}
