import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { watchLock } from './abandonedLock';
import { errorCode } from './errors';

export interface FileLockOptions {
  /** What is locked; it need not exist. */
  readonly path: string;
  /** The folder that is the lock. */
  readonly lockPath: string;
  /** A lock that was not renewed for so long belongs to a dead process; its holder renews it twice as often. */
  readonly staleMs: number;
  readonly retryIntervalMs: number;
  /** Attempts before the library's error is passed on; without it, until the signal aborts. */
  readonly attemptCount?: number;
  /** Called before each wait for another holder, with the number of attempts so far. */
  readonly onHeld?: (attempts: number) => void | Promise<void>;
  /** Something else took the lock away while it was held. */
  readonly onLost: (error: Error) => void;
}

/** Waits for a lock between processes; resolves to what releases it. Rejects when the signal aborts while it waits. */
export async function acquireFileLock(
  { path, lockPath, staleMs, retryIntervalMs, attemptCount = Infinity, onHeld, onLost }: FileLockOptions,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const removeAbandoned = watchLock(lockPath, staleMs);
  for (let attempt = 1; ; attempt++) {
    try {
      return await lockfile.lock(path, {
        realpath: false,
        lockfilePath: lockPath,
        stale: staleMs,
        onCompromised: onLost,
      });
    } catch (error) {
      if (errorCode(error) !== 'ELOCKED' || attempt >= attemptCount) {
        throw error;
      }
    }
    await onHeld?.(attempt);
    await removeAbandoned();
    await delay(retryIntervalMs, undefined, { signal });
  }
}
