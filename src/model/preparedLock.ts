import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { watchLock } from '../base/abandonedLock';
import type { Logger } from '../base/logger';

const partialSuffix = '.partial';
const pollIntervalMs = 250;
/** A lock whose holder has not touched it for this long is a dead process's. The holder touches it twice as often. */
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
  let release = await tryLock(folder, logger);
  if (release === undefined) {
    logger.info(`waiting for another process that is preparing ${folder}`);
  }
  const removeAbandoned = watchLock(`${folder}.lock`, staleAfterMs);
  while (release === undefined) {
    await delay(pollIntervalMs, undefined, { signal });
    await removeAbandoned();
    release = await tryLock(folder, logger);
  }
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
    if (folder === ownFolder || !(await lockfile.check(folder, lockOptions(folder)))) {
      logger.info(`removing ${name}, left by a process that ended`);
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

async function tryLock(folder: string, logger: Logger): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lockfile.lock(folder, {
      ...lockOptions(folder),
      onCompromised: (error) => logger.warn(`the lock of ${folder} was lost: ${error.message}`),
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') {
      return undefined;
    }
    throw error;
  }
}

function lockOptions(folder: string) {
  return { realpath: false, stale: staleAfterMs, lockfilePath: `${folder}.lock` };
}
