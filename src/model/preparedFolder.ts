import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describeError, errorCode } from '../base/errors';
import type { Logger } from '../base/logger';
import type { ManifestFile, ModelManifest } from './manifest';

const manifestName = 'manifest.json';

/** Changes whenever the graph or a file beside it changes, so that folders made before are rebuilt. */
export const graphVersion = 2;

/**
 * The manifest of a folder whose files are all there, of the right size, and unchanged; otherwise undefined, with
 * the reason in the log. Graph and vocabulary are hashed; the weights only when they were written to since.
 */
export async function checkPreparedFolder(
  folder: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<ModelManifest | undefined> {
  const manifest = await readManifest(folder, logger);
  if (manifest?.graphVersion !== graphVersion) {
    return undefined;
  }
  const { graph, tokenizer, weights } = manifest.files;
  for (const file of [graph, tokenizer, weights]) {
    const found = await describeQuickly(folder, file.name);
    const unchanged = found?.modifiedTimeMs === file.modifiedTimeMs && file === weights;
    if (found?.byteCount !== file.byteCount) {
      logger.warn(
        `${join(folder, file.name)} has ${found?.byteCount ?? 'no'} bytes in place of ${file.byteCount}`,
      );
      return undefined;
    }
    if (!unchanged && (await hashFile(join(folder, file.name), signal)) !== file.sha256) {
      logger.warn(`${join(folder, file.name)} has changed since it was made`);
      return undefined;
    }
    if (!unchanged && file === weights) {
      // Copied or restored: remember the new time, or every start would hash 700 MB.
      const files = { ...manifest.files, weights: { ...file, modifiedTimeMs: found.modifiedTimeMs } };
      await writeManifest(folder, { ...manifest, files });
    }
  }
  return manifest;
}

/** Writes the manifest so that it is there completely or not at all, with a checksum over all that it says. */
export async function writeManifest(folder: string, manifest: ModelManifest): Promise<void> {
  const temporaryName = `${manifestName}.${process.pid}`;
  const text = JSON.stringify({ ...manifest, checksum: checksumOf(manifest) }, undefined, 2);
  await writeSynced(join(folder, temporaryName), Buffer.from(text));
  await rename(join(folder, temporaryName), join(folder, manifestName));
}

/** Writes a file and waits until it is on the disk. */
export async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A file's entry for the manifest: reads all of it. */
export async function describeFile(folder: string, name: string, signal: AbortSignal): Promise<ManifestFile> {
  const sha256 = await hashFile(join(folder, name), signal);
  const { size, mtimeMs } = await stat(join(folder, name));
  return { name, byteCount: size, sha256, modifiedTimeMs: mtimeMs };
}

async function describeQuickly(folder: string, name: string) {
  try {
    const { size, mtimeMs } = await stat(join(folder, name));
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

/** Undefined unless it is what `writeManifest` wrote: native memory is allocated by its numbers. */
async function readManifest(folder: string, logger: Logger): Promise<ModelManifest | undefined> {
  const path = join(folder, manifestName);
  try {
    const { checksum, ...manifest } = JSON.parse(await readFile(path, 'utf8')) as SealedManifest;
    if (checksum === checksumOf(manifest)) {
      return manifest;
    }
    logger.warn(`${path} has changed since it was made`);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') {
      logger.warn(`${path} is damaged: ${describeError(error)}`);
    }
  }
  return undefined;
}

type SealedManifest = ModelManifest & { readonly checksum: string };

function checksumOf(manifest: ModelManifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}
