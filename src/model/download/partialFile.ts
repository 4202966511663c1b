import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../../base/errors';
import { renameWhenFree } from '../../base/renameWhenFree';
import { asCacheError } from '../cache';
import { hashRange, type ExpectedContent } from '../verification';

/**
 * Whether a value is a strong entity tag (RFC 9110, section 8.8.3) in ASCII. Weak ones (`W/"…"`) do not promise equal
 * bytes and may not be used to resume; anything else could not be sent as a header.
 */
export function isStrongEtag(value: string): boolean {
  return /^"[!#-~]*"$/.test(value);
}

/** The bytes are not those of the expected file: what was written is worthless, whatever came before it. */
export class ContentMismatchError extends Error {
  override readonly name = 'ContentMismatchError';
}

/**
 * The file on its way: grows by `append`, hashed as it grows, and takes its final name only when length and
 * SHA-256 are right. It stays on disk when a download stops, so that any source can go on from there: all
 * sources give the same bytes, and the hash over the whole decides.
 */
export class PartialFile {
  private hash: Hash = createHash('sha256');
  /** Bytes [0, hashedByteCount) went into `hash`; those after it were written by an earlier run. */
  private hashedByteCount = 0;
  private closed = false;

  private constructor(
    readonly path: string,
    readonly expected: ExpectedContent,
    private readonly handle: FileHandle,
    private writtenByteCount: number,
    private currentValidator: string | undefined,
  ) {}

  /** Opens or makes the file at `path`; what an earlier run left there is kept. Throws cache `UserError`s. */
  static async open(path: string, expected: ExpectedContent): Promise<PartialFile> {
    try {
      const handle = await open(path, constants.O_RDWR | constants.O_CREAT);
      const { size } = await handle.stat();
      const partial = new PartialFile(path, expected, handle, size, await readValidator(path));
      if (size > expected.byteCount) {
        await partial.truncate(0);
      }
      return partial;
    } catch (error) {
      throw asCacheError(error, dirname(path));
    }
  }

  get byteCount(): number {
    return this.writtenByteCount;
  }

  /** The HTTP entity tag of the version that the bytes came from, kept across runs. */
  get validator(): string | undefined {
    return this.currentValidator;
  }

  async setValidator(validator: string | undefined): Promise<void> {
    this.currentValidator = validator;
    await (validator === undefined
      ? rm(validatorPath(this.path), { force: true })
      : writeFile(validatorPath(this.path), validator));
  }

  /** Keeps only the first `byteCount` bytes. */
  async truncate(byteCount: number): Promise<void> {
    if (byteCount === this.writtenByteCount) {
      return;
    }
    await this.handle.truncate(byteCount);
    this.writtenByteCount = byteCount;
    if (byteCount < this.hashedByteCount) {
      this.hash = createHash('sha256');
      this.hashedByteCount = 0;
    }
  }

  /**
   * Writes `chunks` after what is there, up to `limitByteCount` bytes in the whole file: a chunk that would go
   * beyond is a `ContentMismatchError`. `onGrown` gets the file's length after each chunk.
   */
  async append(
    chunks: AsyncIterable<Uint8Array>,
    limitByteCount: number,
    onGrown: (byteCount: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.hashWhatIsThere(signal);
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      if (this.writtenByteCount + chunk.length > limitByteCount) {
        throw new ContentMismatchError(`more than the expected ${limitByteCount} bytes arrived`);
      }
      await this.write(chunk);
      onGrown(this.writtenByteCount);
    }
  }

  /**
   * Verifies length and hash, brings the bytes safely to the disk and gives the file its final name.
   * Throws a `ContentMismatchError` when it is not the expected file.
   */
  async commit(finalPath: string, signal: AbortSignal): Promise<void> {
    await this.hashWhatIsThere(signal);
    const { byteCount, sha256 } = this.expected;
    if (this.writtenByteCount !== byteCount) {
      throw new ContentMismatchError(`${this.writtenByteCount} bytes arrived in place of ${byteCount}`);
    }
    const found = this.hash.copy().digest('hex');
    if (found !== sha256) {
      throw new ContentMismatchError(`the SHA-256 is ${found} in place of ${sha256}`);
    }
    try {
      await this.handle.sync();
      await this.close();
      await renameWhenFree(this.path, finalPath);
      await this.setValidator(undefined);
    } catch (error) {
      throw asCacheError(error, dirname(this.path));
    }
  }

  /** Deletes the file, for good. */
  async discard(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
    await this.setValidator(undefined);
  }

  /** Lets go of the file and leaves it as it is. Idempotent. */
  async close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      await this.handle.close();
    }
  }

  private async hashWhatIsThere(signal: AbortSignal): Promise<void> {
    const range = { start: this.hashedByteCount, end: this.writtenByteCount };
    await hashRange(this.handle, this.hash, range, (position) => (this.hashedByteCount = position), signal);
  }

  private async write(chunk: Uint8Array): Promise<void> {
    try {
      // A nearly full disk takes part of a chunk, and refuses at the next call.
      for (let offset = 0; offset < chunk.length;) {
        const { bytesWritten } = await this.handle.write(
          chunk,
          offset,
          chunk.length - offset,
          this.writtenByteCount,
        );
        this.hash.update(chunk.subarray(offset, offset + bytesWritten));
        offset += bytesWritten;
        this.writtenByteCount += bytesWritten;
        this.hashedByteCount = this.writtenByteCount;
      }
    } catch (error) {
      throw asCacheError(error, dirname(this.path));
    }
  }
}

async function readValidator(path: string): Promise<string | undefined> {
  try {
    const validator = await readFile(validatorPath(path), 'utf8');
    return isStrongEtag(validator) ? validator : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function validatorPath(path: string): string {
  return `${path}.etag`;
}
