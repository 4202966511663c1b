import { UserError } from '../base/errors';
import type { TextRange } from '../base/textRange';
import { readText } from './sourceText';

export interface FileLocation {
  readonly path: string;
  /** One-based, as editors and compilers print them. */
  readonly line: number;
  readonly column: number;
}

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

export interface LineRange {
  readonly path: string;
  /** One-based, both included. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Parses FILE:LINE and FILE:START-END. */
export function parseLines(text: string): LineRange {
  const [, path, first, last] = /^(.+):(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const firstLine = Number(first);
  const lastLine = Number(last ?? first);
  if (path === undefined || firstLine < 1 || lastLine < firstLine) {
    throw new UserError(
      'bad-argument',
      `"${text}" does not name lines of a file.`,
      'Write FILE:LINE or FILE:START-END, counted from 1, for example src/main.py:12-30.',
    );
  }
  return { path, firstLine, lastLine };
}

/** The file's text and the lines as UTF-16 offsets in it, without the last line's break. */
export async function readLines({
  path,
  firstLine,
  lastLine,
}: LineRange): Promise<{ readonly text: string; readonly range: TextRange }> {
  const first = await readAtLocation({ path, line: firstLine, column: 1 });
  const { offset } = await readAtLocation({ path, line: lastLine, column: 1 });
  const lineEnd = first.text.indexOf('\n', offset);
  return { text: first.text, range: { start: first.offset, end: lineEnd < 0 ? first.text.length : lineEnd } };
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
