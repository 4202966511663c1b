import { rmdir, stat } from 'node:fs/promises';
import { errorCode } from './errors';

/**
 * For whoever waits for a lock of proper-lockfile, a folder whose time its holder renews: returns what to call between
 * two attempts, which removes the lock once it has not been renewed for `staleMs` of this process's own time. The
 * library compares with the clock alone, and a lock that a killed process left lies in the future for hours when the
 * clock is set back.
 */
export function watchLock(lockPath: string, staleMs: number): () => Promise<void> {
  let knownTimeMs: number | undefined;
  let knownSinceMs = performance.now();
  return async () => {
    const timeMs = await stat(lockPath).then(({ mtimeMs }) => mtimeMs, undefinedIfGone);
    if (timeMs === undefined || timeMs !== knownTimeMs) {
      knownTimeMs = timeMs;
      knownSinceMs = performance.now();
    } else if (performance.now() - knownSinceMs > staleMs) {
      await rmdir(lockPath).catch(undefinedIfGone);
    }
  };
}

function undefinedIfGone(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') {
    throw error;
  }
}
