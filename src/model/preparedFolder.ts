import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../base/logger';
import type { ManifestFile, ModelManifest } from './manifest';
import { readSealed, writeSealed } from './sealedJson';

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
  const manifest = await readSealed<ModelManifest>(join(folder, manifestName), logger);
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
