import { isUtf8 } from 'node:buffer';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { UserError, describeError } from '../base/errors';

/** Larger files are not source code that anyone completes in. */
const maxFileBytes = 5_000_000;

/** The text of a source file. Throws a `UserError` when it is too large or not there. */
export async function readText(path: string): Promise<string> {
  return (await readBytes(path)).toString();
}

/** Throws a `UserError` for a file in another encoding, which would lose what is not ASCII if its text were written back. */
export async function requireUtf8(path: string): Promise<void> {
  if (!isUtf8(await readBytes(path))) {
    throw new UserError(
      'bad-argument',
      `${path} is not UTF-8, so nothing is written to it.`,
      'Convert it to UTF-8, or leave out --write and apply what is shown yourself.',
    );
  }
}

/** Writes a file that still holds `before`. Throws a `UserError` (`document-changed`) when it holds something else. */
export async function replaceText(path: string, before: string, after: string): Promise<void> {
  if (!(await readBytes(path)).equals(Buffer.from(before))) {
    throw new UserError(
      'document-changed',
      `${path} changed while its comments were being written, so nothing was written to it.`,
      'Run the command again.',
    );
  }
  await writeFile(path, after);
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) {
      throw new UserError(
        'bad-argument',
        `${path} is ${Math.round(size / 1e6)} MB, too large.`,
        'Choose a source file of at most 5 MB.',
      );
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    throw new UserError(
      'file-not-found',
      `${path} could not be read: ${describeError(error)}`,
      'Check the path.',
      { cause: error },
    );
  }
}
