import { createHash, type Hash } from 'node:crypto';
import { open, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import type { ReportProgress } from '../base/progress';
import { errorCode } from '../base/errors';

/** What a file must be: its exact length and SHA-256 (lower-case hexadecimal). */
export interface ExpectedContent {
  readonly byteCount: number;
  readonly sha256: string;
}

export type ContentCheck =
  | { readonly state: 'absent' }
  | { readonly state: 'wrong-size'; readonly byteCount: number }
  | { readonly state: 'wrong-hash'; readonly sha256: string }
  | { readonly state: 'good' };

/**
 * Reads all of `path` and compares it with what is expected. A good result is remembered beside the file, with
 * its length and time of change, for `isRememberedAsGood`; any other result forgets.
 * `onHashed` is called with the number of bytes read so far.
 */
export async function checkContent(
  path: string,
  expected: ExpectedContent,
  onHashed: (byteCount: number) => void,
  signal: AbortSignal,
): Promise<ContentCheck> {
  const found = await stampOf(path);
  const check = await compareContent(path, found, expected, onHashed, signal);
  if (check.state === 'good' && found !== undefined) {
    await remember(path, { sha256: expected.sha256, ...found });
  } else {
    await forget(path);
  }
  return check;
}

/**
 * True when the file was found good before and has kept its length and time of change since: hashing half a
 * gigabyte at each start would cost a second. A change that keeps both is found by `checkContent` only.
 */
export async function isRememberedAsGood(path: string, expected: ExpectedContent): Promise<boolean> {
  const [found, record] = await Promise.all([stampOf(path), readRecord(path)]);
  return (
    found !== undefined &&
    found.byteCount === expected.byteCount &&
    record?.sha256 === expected.sha256 &&
    record.byteCount === found.byteCount &&
    record.modifiedMs === found.modifiedMs
  );
}

/** Remembers `path` as good without reading it, for bytes that were hashed on their way to the disk. */
export async function rememberAsGood(path: string, sha256: string): Promise<void> {
  const found = await stampOf(path);
  if (found !== undefined) {
    await remember(path, { sha256, ...found });
  }
}

/** Feeds bytes [start, end) of an open file to `hash`. Throws when the file ends before `end`. */
export async function hashRange(
  handle: FileHandle,
  hash: Hash,
  range: { readonly start: number; readonly end: number },
  onHashed: (position: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(1 << 20);
  let position = range.start;
  while (position < range.end) {
    signal.throwIfAborted();
    const length = Math.min(buffer.length, range.end - position);
    const { bytesRead } = await handle.read(buffer, 0, length, position);
    if (bytesRead === 0) {
      throw new Error(`the file ended at byte ${position} while it was read`);
    }
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
    onHashed(position);
  }
}

/**
 * SHA-256 of a file with which nothing can be compared: a user's own model. `report` gets the stage `verify`.
 */
export async function hashOwnFile(
  path: string,
  report: ReportProgress,
  signal: AbortSignal,
): Promise<string> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  try {
    const onHashed = (doneCount: number) =>
      report({ stage: 'verify', unit: 'bytes', doneCount, totalCount: size });
    await hashRange(handle, hash, { start: 0, end: size }, onHashed, signal);
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

interface FileStamp {
  readonly byteCount: number;
  readonly modifiedMs: number;
}

interface VerificationRecord extends FileStamp {
  readonly sha256: string;
}

async function compareContent(
  path: string,
  found: FileStamp | undefined,
  expected: ExpectedContent,
  onHashed: (byteCount: number) => void,
  signal: AbortSignal,
): Promise<ContentCheck> {
  if (found === undefined) {
    return { state: 'absent' };
  }
  if (found.byteCount !== expected.byteCount) {
    return { state: 'wrong-size', byteCount: found.byteCount };
  }
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  try {
    await hashRange(handle, hash, { start: 0, end: found.byteCount }, onHashed, signal);
  } finally {
    await handle.close();
  }
  const sha256 = hash.digest('hex');
  return sha256 === expected.sha256 ? { state: 'good' } : { state: 'wrong-hash', sha256 };
}

async function stampOf(path: string): Promise<FileStamp | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { byteCount: size, modifiedMs: mtimeMs };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  }
}

async function readRecord(path: string): Promise<VerificationRecord | undefined> {
  try {
    return parseRecord(JSON.parse(await readFile(recordPath(path), 'utf8')));
  } catch {
    // Absent or unreadable: then the file counts as not yet checked, and the next check writes it anew.
    return undefined;
  }
}

function parseRecord(value: unknown): VerificationRecord | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const { sha256, byteCount, modifiedMs } = value as Partial<Record<keyof VerificationRecord, unknown>>;
  const wellFormed =
    typeof sha256 === 'string' && typeof byteCount === 'number' && typeof modifiedMs === 'number';
  return wellFormed ? { sha256, byteCount, modifiedMs } : undefined;
}

async function remember(path: string, record: VerificationRecord): Promise<void> {
  try {
    await writeFile(recordPath(path), JSON.stringify(record));
  } catch (error) {
    rethrowUnlessNotWritable(error);
  }
}

async function forget(path: string): Promise<void> {
  try {
    await rm(recordPath(path), { force: true });
  } catch (error) {
    rethrowUnlessNotWritable(error);
  }
}

/** A good model in a cache that is read-only or full is usable: it is only hashed again at each start. */
function rethrowUnlessNotWritable(error: unknown): void {
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '')) {
    throw error;
  }
}

function recordPath(path: string): string {
  return `${path}.verified.json`;
}
