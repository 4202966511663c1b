import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errors';
import type { Disposable } from '../../base/disposables';
import type { Environment } from '../cache';
import { runPip, type PipCommand } from './pipCommand';

export interface WheelRequest {
  readonly requirement: string;
  /** Where pip works and the wheel arrives: a folder that only we write, with no other wheel in it. */
  readonly folder: string;
  readonly environment: Environment;
  /** pip's options for another platform than that of the user's Python. */
  readonly platform?: readonly string[];
  readonly stallMs?: number;
  /** Gets the wheel's length so far, whenever it has grown. */
  readonly onGrown?: (byteCount: number) => void;
}

/** Neither output nor a growing file for so long means that pip cannot reach its index. */
const defaultStallMs = 30_000;

const watchIntervalMs = 250;

/**
 * Has the user's pip bring one wheel, however long that takes while it grows, and gives its path. Rejects with pip's own
 * words, or the signal's reason.
 */
export async function downloadWheel(
  pip: PipCommand,
  { requirement, folder, environment, platform = [], stallMs = defaultStallMs, onGrown }: WheelRequest,
  signal: AbortSignal,
): Promise<string> {
  const destination = join(folder, 'wheels');
  const watch = watchFolder(folder, stallMs, onGrown ?? (() => {}));
  // The cache of pip would keep a second copy of every wheel; one retry, so that an unreachable index is quick.
  const flags = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--progress-bar=off', '--retries=1'];
  try {
    await runPip(
      pip,
      ['download', ...flags, ...platform, '--dest', destination, requirement],
      { folder, environment, onOutput: watch.onSignOfLife },
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
