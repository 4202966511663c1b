import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { watchLock } from '../../base/abandonedLock';
import { describeError, UserError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import { asCacheError, errorCode } from '../cache';

/** A holder renews its lock every half of this; a lock not renewed for so long belongs to a dead process. */
const staleMs = 10_000;

const retryIntervalMs = 250;

export interface FetchLockOptions {
  /** The folder of the lock, `{path}.lock`; it must exist. */
  readonly folder: string;
  readonly path: string;
  readonly logger: Logger;
  /** Called again and again while another process holds the lock. */
  readonly onWait: () => Promise<void>;
}

/**
 * Runs `action` while no other process or call runs one for the same path. The signal that `action` gets also
 * aborts when the lock is lost, which happens when its folder is deleted under us.
 */
export async function withFetchLock<Result>(
  { folder, path, logger, onWait }: FetchLockOptions,
  action: (signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const lost = new AbortController();
  const onCompromised = (error: Error) => lost.abort(lostLock(folder, error));
  const options = { realpath: false, stale: staleMs, onCompromised };
  const removeAbandoned = watchLock(`${path}.lock`, staleMs);
  let waited = false;
  for (;;) {
    signal.throwIfAborted();
    let release: () => Promise<void>;
    try {
      release = await lock(path, options);
    } catch (error) {
      if (errorCode(error) !== 'ELOCKED') {
        throw asCacheError(error, folder);
      }
      if (!waited) {
        waited = true;
        logger.info(`another process is fetching ${path}: waiting for it`);
      }
      await onWait();
      await removeAbandoned();
      await sleep(retryIntervalMs, undefined, { signal });
      continue;
    }
    try {
      return await action(AbortSignal.any([signal, lost.signal]));
    } finally {
      await release().catch((error: unknown) => {
        logger.warn(`the lock of ${path} was already gone: ${describeError(error)}`);
      });
    }
  }
}

function lostLock(folder: string, cause: Error): UserError {
  return new UserError(
    'download-failed',
    `Something else changed ${folder} while a model was being fetched into it.`,
    'Try again.',
    { cause },
  );
}
