import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { acquireFileLock } from '../base/fileLock';
import type { Logger } from '../base/logger';

const partialSuffix = '.partial';
const pollIntervalMs = 250;
const staleAfterMs = 10_000;

/**
 * Runs `work` while this process alone holds `{folder}.lock`; waits for another process that holds it. Rejects
 * with the signal's reason when aborted while waiting.
 */
export async function withFolderLock<T>(
  folder: string,
  logger: Logger,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquireFileLock(
    {
      path: folder,
      lockPath: lockPathOf(folder),
      staleMs: staleAfterMs,
      retryIntervalMs: pollIntervalMs,
      onHeld: (attempts) => {
        if (attempts === 1) {
          logger.info(`waiting for another process that is preparing ${folder}`);
        }
      },
      onLost: (error) => logger.warn(`the lock of ${folder} was lost: ${error.message}`),
    },
    signal,
  );
  try {
    return await work();
  } finally {
    await release().catch((error: unknown) =>
      logger.warn(`the lock of ${folder} was lost: ${String(error)}`),
    );
  }
}

/** A name for a folder in the making; no two are the same, even across processes. */
export function partialFolderOf(folder: string): string {
  return `${folder}.${process.pid}-${Date.now().toString(36)}${partialSuffix}`;
}

/**
 * Removes folders that were left in the making by processes that ended. The names are listed first: one whose
 * lock is free afterwards cannot belong to a process that still works on it.
 */
export async function removeLeftOvers(parent: string, ownFolder: string, logger: Logger): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.endsWith(partialSuffix));
  for (const name of names) {
    const folder = join(parent, name.replace(/\.[^.]*\.partial$/, ''));
    if (folder === ownFolder || !(await isLocked(folder))) {
      logger.info(`removing ${name}, left by a process that ended`);
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

function isLocked(folder: string): Promise<boolean> {
  return lockfile.check(folder, {
    realpath: false,
    stale: staleAfterMs,
    lockfilePath: lockPathOf(folder),
  });
}

function lockPathOf(folder: string): string {
  return `${folder}.lock`;
}
