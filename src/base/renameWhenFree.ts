import { rename } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './errors';

/** Twice as long each time, 20 seconds in all: a scanner reads a large file for a while. */
const waitsMs = Array.from({ length: 10 }, (_, index) => 20 * 2 ** index);
const inUseCodes = ['EACCES', 'EPERM', 'EBUSY'];

/**
 * Renames a file or folder. On Windows a scanner opens what has just been written, and until it is done neither that nor
 * what it replaces can be renamed: it is tried again.
 */
export async function renameWhenFree(
  from: string,
  to: string,
  isWindows = process.platform === 'win32',
): Promise<void> {
  for (const waitMs of isWindows ? waitsMs : []) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (!inUseCodes.includes(errorCode(error) ?? '')) {
        throw error;
      }
    }
    await delay(waitMs);
  }
  await rename(from, to);
}
