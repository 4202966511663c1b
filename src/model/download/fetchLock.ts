import { describeError, UserError } from '../../base/errors';
import { acquireFileLock } from '../../base/fileLock';
import type { Logger } from '../../base/logger';
import { asCacheError } from '../cache';

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
  signal.throwIfAborted();
  const lost = new AbortController();
  const release = await acquireFileLock(
    {
      path,
      lockPath: `${path}.lock`,
      staleMs,
      retryIntervalMs,
      onHeld: async (attempts) => {
        if (attempts === 1) {
          logger.info(`another process is fetching ${path}: waiting for it`);
        }
        await onWait();
      },
      onLost: (error) => lost.abort(lostLock(folder, error)),
    },
    signal,
  ).catch((error: unknown) => {
    throw asCacheError(error, folder);
  });
  try {
    return await action(AbortSignal.any([signal, lost.signal]));
  } finally {
    await release().catch((error: unknown) => {
      logger.warn(`the lock of ${path} was already gone: ${describeError(error)}`);
    });
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
