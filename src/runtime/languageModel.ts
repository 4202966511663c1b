import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../base/logger';
import type { ReportProgress } from '../base/progress';
import type { Engine } from '../engine/engine';
import type { Cache, Environment } from '../model/cache';
import { findCatalogEntry } from '../model/catalog';
import { ensureGraphVariant, removeGraphVariant, type GraphSource } from '../model/graphVariant';
import type { ModelManifest } from '../model/manifest';
import { ensureModelFile, resolveOwnModelFile } from '../model/modelFile';
import { prepareModel } from '../model/prepare';
import { hashOwnFile } from '../model/verification';
import { decodeSpecification } from '../tokenizer/specification';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { createTokenizer } from '../tokenizer/tokenizer';
import { chooseCpuGraph, type ScalePer } from './cpuGraph';
import { openOnDevice, type DeviceControl, type DeviceOptions, type DeviceSetting } from './deviceControl';
import { goldenTexts } from './goldenTexts';

/** A model of the catalog by name, or a GGUF file of the user's own. */
export type ModelChoice =
  { readonly kind: 'catalog'; readonly name: string } | { readonly kind: 'file'; readonly path: string };

export interface LoadOptions {
  readonly choice: ModelChoice;
  readonly cache: Cache;
  /** Download, verification, preparation and loading, in this order; finished steps are not reported. */
  readonly report: ReportProgress;
  readonly logger: Logger;
  /** For a download; absent: that of this process. */
  readonly environment?: Environment;
  readonly contextCapacity?: number;
  readonly threadCount?: number;
  /** Absent: the CPU. */
  readonly device?: DeviceSetting;
  readonly onDeviceMoved?: DeviceOptions['onMoved'];
  readonly onDeviceLost?: DeviceOptions['onLost'];
}

/** A loaded model: its engine and its tokenizer, which belong together. */
export interface LanguageModel {
  readonly name: string;
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  readonly manifest: ModelManifest;
  /** Of the graph for the CPU. */
  readonly scalePer: ScalePer;
  /** Where the engine runs, and what is known of the devices of this machine. */
  readonly devices: DeviceControl;
  dispose(): Promise<void>;
}

/** Enough for a completion's prompt and for a function with its context; 50 MB of KV cache for the default model. */
export const defaultContextCapacity = 2048;

/**
 * Brings a model from its name to a running engine: fetches, verifies, prepares and loads what is not there yet.
 * Rejects with a `UserError` that says what to do, or with the signal's reason.
 */
export async function loadLanguageModel(options: LoadOptions, signal: AbortSignal): Promise<LanguageModel> {
  const prepared = await ensurePrepared(options, signal);
  signal.throwIfAborted();
  const { report, logger } = options;
  report({ stage: 'load', unit: 'steps', doneCount: 0, totalCount: 1 });
  const startTime = performance.now();
  const languageModel = await openPrepared(prepared, options, signal);
  report({ stage: 'load', unit: 'steps', doneCount: 1, totalCount: 1 });
  logger.info(`loaded ${languageModel.name} in ${Math.round(performance.now() - startTime)} ms`);
  if (signal.aborted) {
    await languageModel.dispose();
    signal.throwIfAborted();
  }
  return languageModel;
}

async function ensurePrepared(
  { choice, cache, environment, report, logger }: LoadOptions,
  signal: AbortSignal,
): Promise<GraphSource> {
  switch (choice.kind) {
    case 'catalog': {
      const entry = findCatalogEntry(choice.name);
      const path = await ensureModelFile(entry, { cache, environment, report, logger }, signal);
      const prepared = await prepareModel(path, entry.sha256, cache.folder, { report, logger }, signal);
      return { ...prepared, ggufPath: path };
    }
    case 'file': {
      const path = await resolveOwnModelFile(choice.path);
      const sha256 = await hashOwnFile(path, report, signal);
      const prepared = await prepareModel(path, sha256, cache.folder, { report, logger }, signal);
      return { ...prepared, ggufPath: path };
    }
  }
}

async function openPrepared(
  prepared: GraphSource,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<LanguageModel> {
  const { folder, manifest } = prepared;
  const { configuration, headParts, files, positionLimit, sourceName } = manifest;
  const { device: setting = 'cpu', report, logger } = options;
  const tokenizer = createTokenizer(decodeSpecification(await readFile(join(folder, files.tokenizer.name))));
  try {
    const promptIds = goldenTexts.map((text) => tokenizer.encode(text));
    const engine = {
      graphPath: join(folder, files.graph.name),
      configuration,
      headParts,
      contextCapacity: Math.min(options.contextCapacity ?? defaultContextCapacity, positionLimit),
      threadCount: options.threadCount,
    };
    // Where another device is forced the CPU only steps in, and is not measured for that.
    const startsOnCpu = setting === 'cpu' || setting === 'auto';
    const cpuOptions = { source: prepared, engine, texts: promptIds, report, logger };
    const { graphPath, scalePer } = startsOnCpu
      ? await chooseCpuGraph(cpuOptions, signal)
      : { graphPath: engine.graphPath, scalePer: 'block' as const };
    const devices = await openOnDevice({
      setting,
      engine: { ...engine, graphPath },
      preparedGraphPath: engine.graphPath,
      deviceGraphs: {
        ensure: (form, whileMoving) =>
          ensureGraphVariant(prepared, `device-${form}`, { logger }, whileMoving),
        remove: (form) => removeGraphVariant(prepared, `device-${form}`),
      },
      modelSha256: manifest.sourceSha256,
      promptIds,
      cache: options.cache,
      logger,
      onMoved: (device, missing) => options.onDeviceMoved?.(device, missing),
      onLost: (device, loss) => options.onDeviceLost?.(device, loss),
    });
    return {
      name: sourceName,
      engine: devices.engine,
      tokenizer,
      manifest,
      scalePer,
      devices,
      async dispose() {
        await devices.dispose();
        tokenizer.dispose();
      },
    };
  } catch (error) {
    tokenizer.dispose();
    throw error;
  }
}
