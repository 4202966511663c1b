import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../base/logger';
import type { ManifestFile, ModelManifest } from './manifest';
import { readSealed, rememberSealed, writeSealed } from './sealedJson';

const manifestName = 'manifest.json';

/** Changes whenever the graph or a file beside it changes, so that folders made before are rebuilt. */
export const graphVersion = 2;

/** Less than that is hashed in no time, so that a change that keeps the time of writing shows too. */
const quicklyHashedByteCount = 16_000_000;

/**
 * The manifest of a folder whose files are all there, of the right size, and unchanged; otherwise undefined, with
 * the reason in the log.
 */
export async function checkPreparedFolder(
  folder: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<ModelManifest | undefined> {
  const manifest = await readSealed<ModelManifest>(join(folder, manifestName), logger);
  if (manifest?.graphVersion !== graphVersion) {
    return undefined;
  }
  const { graph, tokenizer, weights: known } = manifest.files;
  const files = await checkFiles(folder, [graph, tokenizer, known], logger, signal);
  if (files === undefined) {
    return undefined;
  }
  const [, , weights = known] = files;
  if (weights !== known) {
    // Copied or restored: remember the new time, or every start would hash 700 MB.
    const changed: ModelManifest = { ...manifest, files: { ...manifest.files, weights } };
    await rememberSealed(join(folder, manifestName), changed, logger);
  }
  return manifest;
}

/**
 * The entries of files whose bytes are those that they were made with, each with the time of writing that the file has
 * now, and the same object where that is the old one; undefined, with the reason in the log, when one has changed.
 */
export async function checkFiles(
  folder: string,
  files: readonly ManifestFile[],
  logger: Logger,
  signal: AbortSignal,
): Promise<readonly ManifestFile[] | undefined> {
  const checked: ManifestFile[] = [];
  for (const file of files) {
    const entry = await checkFile(folder, file, logger, signal);
    if (entry === undefined) {
      return undefined;
    }
    checked.push(entry);
  }
  return checked;
}

/** See `checkFiles`. A large file is hashed only when it was written to since. */
async function checkFile(
  folder: string,
  file: ManifestFile,
  logger: Logger,
  signal: AbortSignal,
): Promise<ManifestFile | undefined> {
  const path = join(folder, file.name);
  const found = await describeQuickly(path);
  if (found?.byteCount !== file.byteCount) {
    logger.warn(`${path} has ${found?.byteCount ?? 'no'} bytes in place of ${file.byteCount}`);
    return undefined;
  }
  const { modifiedTimeMs } = found;
  if (modifiedTimeMs === file.modifiedTimeMs && file.byteCount > quicklyHashedByteCount) {
    return file;
  }
  if ((await hashFile(path, signal)) !== file.sha256) {
    logger.warn(`${path} has changed since it was made`);
    return undefined;
  }
  return modifiedTimeMs === file.modifiedTimeMs ? file : { ...file, modifiedTimeMs };
}

/** Writes the manifest in place of the one that is there. */
export function writeManifest(folder: string, manifest: ModelManifest): Promise<void> {
  return writeSealed(join(folder, manifestName), manifest);
}

/** A file's entry for the manifest: reads all of it. */
export async function describeFile(folder: string, name: string, signal: AbortSignal): Promise<ManifestFile> {
  const sha256 = await hashFile(join(folder, name), signal);
  const { size, mtimeMs } = await stat(join(folder, name));
  return { name, byteCount: size, sha256, modifiedTimeMs: mtimeMs };
}

async function describeQuickly(path: string) {
  try {
    const { size, mtimeMs } = await stat(path);
    return { byteCount: size, modifiedTimeMs: mtimeMs };
  } catch {
    return undefined; // Absent, or as good as absent.
  }
}

/** The SHA-256 of a file, in hexadecimal. */
export async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}
