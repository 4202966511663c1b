import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FileSource } from '../catalog';
import { reportBytes, type DownloadContext } from './source';

/**
 * Copies the user's file. A hard link would be quicker, but an edit of the user's file in place would then
 * reach into the cache.
 */
export async function copyFromFile(
  source: FileSource,
  context: DownloadContext,
  signal: AbortSignal,
): Promise<void> {
  const { partial } = context;
  const { size } = await stat(source.path);
  const { byteCount } = partial.expected;
  if (size !== byteCount) {
    throw new Error(`${source.path} has ${size} bytes in place of ${byteCount}`);
  }
  const rest = createReadStream(source.path, { start: partial.byteCount, highWaterMark: 1 << 20, signal });
  await partial.append(rest, byteCount, (doneCount) => reportBytes(context, doneCount), signal);
}
