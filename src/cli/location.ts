import { readFile, stat } from 'node:fs/promises';
import { UserError, describeError } from '../base/errors';

export interface FileLocation {
  readonly path: string;
  /** One-based, as editors and compilers print them. */
  readonly line: number;
  readonly column: number;
}

/** Larger files are not source code that anyone completes in. */
const maxFileBytes = 5_000_000;

/** Parses FILE:LINE:COLUMN; the path may itself hold colons (C:\\file.ts:3:1). */
export function parseLocation(text: string): FileLocation {
  const match = /^(.+):(\d+):(\d+)$/.exec(text);
  const [, path, line, column] = match ?? [];
  if (path === undefined || Number(line) < 1 || Number(column) < 1) {
    throw new UserError(
      'bad-argument',
      `"${text}" is not a place in a file.`,
      'Write FILE:LINE:COLUMN, counted from 1, for example src/main.py:12:5.',
    );
  }
  return { path, line: Number(line), column: Number(column) };
}

/** The file's text and the location as a UTF-16 offset in it. */
export async function readAtLocation(
  location: FileLocation,
): Promise<{ readonly text: string; readonly offset: number }> {
  const text = await readText(location.path);
  const lines = text.split('\n');
  const line = lines[location.line - 1];
  const length = line?.replace(/\r$/, '').length ?? 0;
  if (line === undefined || location.column > length + 1) {
    throw new UserError(
      'bad-argument',
      line === undefined
        ? `${location.path} has ${lines.length} lines, not ${location.line}.`
        : `Line ${location.line} of ${location.path} has ${length} characters; column ${location.column} is beyond its end.`,
      'Give a place inside the file.',
    );
  }
  const lineStart = lines.slice(0, location.line - 1).reduce((sum, previous) => sum + previous.length + 1, 0);
  return { text, offset: lineStart + location.column - 1 };
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) {
      throw new UserError(
        'bad-argument',
        `${path} is ${Math.round(size / 1e6)} MB, too large to complete in.`,
        'Choose a source file of at most 5 MB.',
      );
    }
    return await readFile(path, 'utf8');
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
