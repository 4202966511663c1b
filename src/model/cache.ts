import { constants } from 'node:fs';
import { access, mkdir, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { errorCode, UserError } from '../base/errors';
import { formatBytes } from '../base/formatBytes';

/** No permission, a read-only disk, or a file where a folder is wanted. */
const notWritableCodes = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where everything that Sotto fetches or makes lives. All of it can be deleted and will be made again. */
export interface Cache {
  readonly folder: string;
  /** GGUF files, under their catalog names. */
  readonly modelsFolder: string;
  /** Graphs made from GGUF files, one folder for each. */
  readonly preparedFolder: string;
  /** Which device runs which model best, as measured. */
  readonly devicesFile: string;
  /** A mark for each device at work, see `openMarked`. */
  readonly deviceMarksFolder: string;
}

/** The cache of this user: `SOTTO_CACHE`, or else the platform's cache folder. Touches no file. */
export function locateCache(environment: Environment): Cache {
  const chosen = environment.SOTTO_CACHE;
  const folder = chosen ? resolve(chosen) : envPaths('sotto', { suffix: '' }).cache;
  return {
    folder,
    modelsFolder: join(folder, 'models'),
    preparedFolder: join(folder, 'prepared'),
    devicesFile: join(folder, 'devices.json'),
    deviceMarksFolder: join(folder, 'device-marks'),
  };
}

/** Makes `folder` where it is missing. Throws a `UserError` (`cache-not-writable`) when it cannot be written. */
export async function ensureWritableFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    // Node says so of a folder that it cannot make on a read-only disk.
    if (errorCode(error) === 'ENOENT') {
      throw notWritable(folder, 'ENOENT', error);
    }
    throw asCacheError(error, folder);
  }
}

/** Left free on the disk beside what we write, so that we are not the ones who fill it. */
export const spareByteCount = 100_000_000;

/**
 * Throws a `UserError` (`disk-full`) when the disk of `folder`, which must exist, has less than
 * `neededByteCount` bytes free for this user.
 */
export async function ensureFreeSpace(folder: string, neededByteCount: number): Promise<void> {
  const { bsize, bavail, blocks } = await statfs(folder);
  // Some network file systems do not tell their size and give zero for everything.
  if (blocks === 0 || bavail * bsize >= neededByteCount) {
    return;
  }
  throw diskFull(
    folder,
    `${formatBytes(neededByteCount)} are needed and ${formatBytes(bavail * bsize)} are free.`,
  );
}

/** What a failed write under `folder` means to the user; errors of another kind come back as they are. */
export function asCacheError(error: unknown, folder: string): unknown {
  const code = errorCode(error) ?? '';
  if (['ENOSPC', 'EDQUOT'].includes(code)) {
    return diskFull(folder, 'Writing stopped half-way.', error);
  }
  if (notWritableCodes.includes(code)) {
    return notWritable(folder, code, error);
  }
  return error;
}

function notWritable(folder: string, code: string, cause: unknown): UserError {
  return new UserError(
    'cache-not-writable',
    `The cache folder ${folder} cannot be written (${code}).`,
    'Make it writable, or set SOTTO_CACHE to a folder that is.',
    { cause },
  );
}

function diskFull(folder: string, detail: string, cause?: unknown): UserError {
  return new UserError(
    'disk-full',
    `The disk that holds ${folder} is too full. ${detail}`,
    'Free some space, or set SOTTO_CACHE to a folder on another disk.',
    { cause },
  );
}
