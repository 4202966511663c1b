import { cpus } from 'node:os';
import { join } from 'node:path';
import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { ReportProgress } from '../base/progress';
import { ortLibraryVersion } from '../engine/ortLibrary';
import type { EngineOptions } from '../engine/transformerEngine';
import {
  ensureGraphVariant,
  graphVariantVersion,
  removeGraphVariant,
  type GraphSource,
} from '../model/graphVariant';
import { readSealed, rememberSealed } from '../model/sealedJson';
import { typicalSuggestion } from './deviceMeasurement';
import type { GraphMeasurement } from './graphMeasurement';
import { describeFailure, runProbe } from './runProbe';

export interface CpuGraphOptions {
  readonly source: GraphSource;
  /** For the CPU, with the graph that the model is prepared with. */
  readonly engine: EngineOptions;
  /** Golden texts as token ids. */
  readonly texts: readonly (readonly number[])[];
  readonly report: ReportProgress;
  readonly logger: Logger;
  /** Of weights: with less there is nothing to choose. Smaller in tests. */
  readonly leastByteCount?: number;
}

/** A smaller model lies in the processor's cache and is fast in either graph. */
const defaultLeastByteCount = 100_000_000;
/** By channel costs some precision, so it must be this much faster. */
const worthwhileFactor = 0.8;
/** Mean difference of the log-probabilities of the same tokens; the default model's is 0.06, by rounding alone. */
const meanDifferenceNats = 0.15;
/** Of the file that somebody has just opened. */
const newContextTokens = 256;
/** A processor that takes longer is too slow for the model in either form. */
const timeoutMs = 120_000;

/** What one scale of the weights is for: a block of values, or a row of the matrix, which is an output channel. */
export type ScalePer = 'block' | 'channel';

/** The graph that the processor runs a model in. */
interface CpuGraph {
  readonly graphPath: string;
  readonly scalePer: ScalePer;
}

/** What was measured, and on what: on another processor, or with other kernels, it is measured anew. */
interface CpuGraphRecord {
  readonly measuredOn: string;
  readonly scalePer: ScalePer;
}

/**
 * The graph that this processor runs a model in: the one by block, or the one by channel where that is faster
 * and says the same. Which one wins depends on the instructions that the processor has for integers: without VNNI by
 * channel reads a prompt in less than half the time. Both are tried when a model is first opened, which takes some
 * seconds; what came out is kept beside the model. Where they cannot be tried, by block. Rejects with the signal's reason
 * when aborted.
 */
export async function chooseCpuGraph(options: CpuGraphOptions, signal: AbortSignal): Promise<CpuGraph> {
  const { source, engine, logger, report, leastByteCount = defaultLeastByteCount } = options;
  const byBlock: CpuGraph = { graphPath: engine.graphPath, scalePer: 'block' };
  if (source.manifest.files.weights.byteCount < leastByteCount) {
    return byBlock;
  }
  const recordPath = join(source.folder, 'cpu.json');
  const measuredOn = describeProcessor();
  try {
    let record = await readSealed<CpuGraphRecord>(recordPath, logger);
    if (record?.measuredOn !== measuredOn) {
      record = { measuredOn, scalePer: await measureBoth(options, signal) };
      await rememberSealed(recordPath, record, logger);
    }
    if (record.scalePer === 'channel') {
      const graphPath = await ensureGraphVariant(source, 'channel', { report, logger }, signal);
      return { graphPath, scalePer: 'channel' };
    }
    await removeGraphVariant(source, 'channel');
  } catch (error) {
    signal.throwIfAborted();
    logger.warn(`processor: weights stay in blocks: ${describeError(error)}`);
  }
  return byBlock;
}

async function measureBoth(options: CpuGraphOptions, signal: AbortSignal): Promise<ScalePer> {
  const { source, engine, logger, report } = options;
  logger.info('processor: measuring which form of the weights it multiplies faster');
  const path = await ensureGraphVariant(source, 'channel', { report, logger }, signal);
  const steps = { stage: 'prepare', unit: 'steps', totalCount: 2 } as const;
  report({ ...steps, doneCount: 0 });
  const byBlock = await measureInChild(options, engine.graphPath, signal);
  report({ ...steps, doneCount: 1 });
  const byChannel = byBlock && (await measureInChild(options, path, signal));
  report({ ...steps, doneCount: 2 });
  if (byBlock === undefined || byChannel === undefined) {
    return 'block'; // Not tried again at every start: it takes a while to fail.
  }
  const scalePer = betterOf(byBlock, byChannel);
  logger.info(`processor: by block: ${describe(byBlock)}`);
  logger.info(
    `processor: by channel: ${describe(byChannel)}, ${meanDifference(byBlock, byChannel).toFixed(2)} nats from it`,
  );
  logger.info(`processor: weights by ${scalePer}`);
  return scalePer;
}

/** By channel where that is worth it and says the same, up to rounding. */
export function betterOf(byBlock: GraphMeasurement, byChannel: GraphMeasurement): ScalePer {
  const isWorthwhile = waitMs(byChannel) < worthwhileFactor * waitMs(byBlock);
  const saysTheSame = meanDifference(byBlock, byChannel) <= meanDifferenceNats; // Not where it is no number.
  return isWorthwhile && saysTheSame ? 'channel' : 'block';
}

/** What somebody waits for who opens a file and types. */
function waitMs({ readMsPerToken, writeMsPerToken }: GraphMeasurement): number {
  const { readTokens, writtenTokens } = typicalSuggestion;
  return (newContextTokens + readTokens) * readMsPerToken + writtenTokens * writeMsPerToken;
}

function meanDifference(byBlock: GraphMeasurement, byChannel: GraphMeasurement): number {
  const differences = byBlock.logProbabilities.map((value, index) =>
    Math.abs(value - (byChannel.logProbabilities[index] ?? NaN)),
  );
  return differences.reduce((sum, value) => sum + value, 0) / differences.length;
}

function describe({ readMsPerToken, writeMsPerToken }: GraphMeasurement): string {
  return `reads ${Math.round(1000 / readMsPerToken)} tokens/s, writes ${Math.round(1000 / writeMsPerToken)}`;
}

/**
 * In a child process: two loaded models would leave holes of some hundred megabytes in this one's memory. Undefined, with
 * the reason in the log, when the child did not get to its end.
 */
async function measureInChild(
  { engine, texts, logger }: CpuGraphOptions,
  graphPath: string,
  signal: AbortSignal,
): Promise<GraphMeasurement | undefined> {
  const request = { kind: 'measure-graph', engine: { ...engine, graphPath }, texts } as const;
  const answer = await runProbe(request, timeoutMs, logger, signal);
  if (answer.kind === 'measured-graph') {
    return answer.measurement;
  }
  logger.warn(`processor: not measured: ${describeFailure(answer)}`);
  return undefined;
}

/** Threads are left out: either form gains by them, and commands may use fewer than the server. */
function describeProcessor(): string {
  return [
    `${cpus()[0]?.model.trim() ?? ''} (${process.arch})`,
    `onnxruntime ${ortLibraryVersion()}`,
    `graph ${graphVariantVersion}`,
  ].join(', ');
}
