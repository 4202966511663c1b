import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { ReportProgress } from '../base/progress';
import { renameWhenFree } from '../base/renameWhenFree';
import { encodeSpecification } from '../tokenizer/specification';
import { asCacheError, ensureFreeSpace, ensureWritableFolder, spareByteCount } from './cache';
import { damagedModel } from './gguf/errors';
import { stringAt } from './gguf/metadata';
import { readConfiguration } from './gguf/readConfiguration';
import { readGguf } from './gguf/readGguf';
import { readRotaryFactors } from './gguf/readRotaryFactors';
import { readTokenizer } from './gguf/readTokenizer';
import { planHeadParts } from './headParts';
import { buildGraph } from './graph/buildGraph';
import { weightsFileName } from './graph/tensors';
import { positionLimitOf } from './graph/rotaryTables';
import { writeWeights } from './graph/writeWeights';
import type { ModelManifest, PreparedModel } from './manifest';
import { checkPreparedFolder, describeFile, graphVersion, writeManifest } from './preparedFolder';
import { partialFolderOf, removeLeftOvers, withFolderLock } from './preparedLock';
import { writeSynced } from './replaceFile';

const graphFileName = 'model.onnx';
const tokenizerFileName = 'tokenizer.bin';

export interface PrepareOptions {
  /** Bytes of the GGUF, stage `prepare`. Not called when the folder is there already. */
  readonly report: ReportProgress;
  readonly logger: Logger;
}

/**
 * The runnable form of a GGUF, made once under `{cacheFolder}/prepared/` and found there afterwards; a damaged one
 * is made again. `sourceSha256` is the GGUF's hash in lower-case hexadecimal, which the caller has checked or
 * computed. Throws `UserError`: `file-not-found`, `damaged-model`, `unsupported-model`, `disk-full`,
 * `cache-not-writable`. Rejects with the signal's reason when aborted, and leaves nothing behind.
 */
export async function prepareModel(
  ggufPath: string,
  sourceSha256: string,
  cacheFolder: string,
  { report, logger }: PrepareOptions,
  signal: AbortSignal,
): Promise<PreparedModel> {
  if (!/^[0-9a-f]{64}$/.test(sourceSha256)) {
    throw new RangeError('sourceSha256 must be 64 lower-case hexadecimal digits');
  }
  const folder = join(cacheFolder, 'prepared', `${sourceSha256}-v${graphVersion}`);
  const ready = await checkPreparedFolder(folder, logger, signal);
  if (ready !== undefined) {
    return { folder, manifest: ready };
  }
  try {
    await ensureWritableFolder(dirname(folder));
    return await withFolderLock(folder, logger, signal, async () => {
      const madeMeanwhile = await checkPreparedFolder(folder, logger, signal);
      const manifest =
        madeMeanwhile ?? (await makeFolder(folder, { ggufPath, sourceSha256, report, logger }, signal));
      return { folder, manifest };
    });
  } catch (error) {
    signal.throwIfAborted();
    throw asCacheError(error, dirname(folder));
  }
}

interface MakeOptions extends PrepareOptions {
  readonly ggufPath: string;
  readonly sourceSha256: string;
}

/**
 * Reads all that a GGUF is prepared from but its weights, which takes a second. Throws a `UserError` when it cannot be
 * used: `file-not-found`, `damaged-model`, `unsupported-model`.
 */
export async function checkGguf(path: string, signal: AbortSignal): Promise<void> {
  await readModel(path, signal);
}

/** Makes the folder under another name and renames it when it is complete. The caller holds its lock. */
async function makeFolder(folder: string, options: MakeOptions, signal: AbortSignal): Promise<ModelManifest> {
  const { logger, sourceSha256 } = options;
  await removeLeftOvers(dirname(folder), folder, logger);
  const partialFolder = partialFolderOf(folder);
  await mkdir(partialFolder);
  try {
    const manifest = await fillFolder(partialFolder, options, signal);
    await rm(folder, { recursive: true, force: true });
    await renameWhenFree(partialFolder, folder);
    await removeOtherVersions(folder, sourceSha256, logger);
    return manifest;
  } catch (error) {
    await rm(partialFolder, { recursive: true, force: true });
    throw error;
  }
}

async function fillFolder(
  folder: string,
  { ggufPath, sourceSha256, report }: MakeOptions,
  signal: AbortSignal,
): Promise<ModelManifest> {
  const { file, configuration, tokenizer, headParts, graph } = await readModel(ggufPath, signal);
  const { onnx, weights } = graph;
  await ensureFreeSpace(folder, weights.byteCount + onnx.byteLength + spareByteCount);

  await writeWeights(weights, ggufPath, join(folder, weightsFileName), report, signal);
  await writeSynced(join(folder, graphFileName), onnx);
  await writeSynced(join(folder, tokenizerFileName), encodeSpecification(tokenizer));
  const manifest: ModelManifest = {
    graphVersion,
    sourceName: basename(ggufPath),
    sourceByteCount: file.byteCount,
    sourceSha256,
    configuration,
    headParts,
    positionLimit: positionLimitOf(configuration.contextLength),
    chatTemplate: stringAt(file.metadata, 'tokenizer.chat_template'),
    files: {
      graph: await describeFile(folder, graphFileName, signal),
      weights: await describeFile(folder, weightsFileName, signal),
      tokenizer: await describeFile(folder, tokenizerFileName, signal),
    },
  };
  await writeManifest(folder, manifest);
  return manifest;
}

/** What a GGUF's header and its small tensors say, and the graph made of that. */
async function readModel(ggufPath: string, signal: AbortSignal) {
  const file = await readGguf(ggufPath, signal);
  const configuration = readConfiguration(file);
  const tokenizer = readTokenizer(file);
  if (tokenizer.tokenBytes.length !== configuration.vocabularySize) {
    throw damagedModel(
      `it has ${configuration.vocabularySize} embeddings for ${tokenizer.tokenBytes.length} tokens`,
    );
  }
  const rotaryFactors = await readRotaryFactors(file, configuration);
  const headParts = planHeadParts(tokenizer);
  const graph = buildGraph(file, configuration, { accuracyLevel: 4, headParts, rotaryFactors });
  return { file, configuration, tokenizer, headParts, graph };
}

/** A folder of an earlier graph version is as large as the model, and nothing opens it any more. */
async function removeOtherVersions(folder: string, sourceSha256: string, logger: Logger): Promise<void> {
  const parent = dirname(folder);
  const versionName = new RegExp(`^${sourceSha256}-v\\d+$`);
  for (const name of await readdir(parent)) {
    if (versionName.test(name) && name !== basename(folder)) {
      await rm(join(parent, name), { recursive: true, force: true }).catch((error: unknown) =>
        logger.warn(`cannot remove ${name}, of another version: ${describeError(error)}`),
      );
    }
  }
}
