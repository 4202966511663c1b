import { looseBrackets } from '../brackets';
import { indentationWidth } from '../place';
import type { Shape } from './shape';

/**
 * Where the block that a multi-line suggestion fills ends in `text`, as the number of characters that belong to
 * it, or undefined while it is open. `text` begins at the cursor. `finished` says that no more text will come.
 */
export function blockEnd(text: string, shape: Shape, finished: boolean): number | undefined {
  const byBracket = endByBracket(text, finished);
  const byIndentation = endByIndentation(text, shape, finished);
  if (byBracket === undefined || byIndentation === undefined) {
    return byBracket ?? byIndentation;
  }
  return Math.min(byBracket, byIndentation);
}

/** The closer of the block, with the punctuation that follows it on its line: `});`. */
function endByBracket(text: string, finished: boolean): number | undefined {
  const closer = looseBrackets(text).closers[0];
  if (closer === undefined) {
    return undefined;
  }
  const lineEnd = text.indexOf('\n', closer.index);
  const rest = text.slice(closer.index + 1, lineEnd < 0 ? undefined : lineEnd);
  if (!/^[)\]};,]*\s*$/.test(rest)) {
    return closer.index + 1;
  }
  if (lineEnd < 0) {
    return finished ? text.length : undefined;
  }
  return lineEnd;
}

/** The first line that stands no deeper than the block's owner is outside, but for a word that closes it. */
function endByIndentation(text: string, shape: Shape, finished: boolean): number | undefined {
  let start = text.indexOf('\n') + 1;
  while (start > 0 && start < text.length) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? undefined : end);
    // White space alone says nothing yet: the line may still be growing.
    if (line.trim() !== '' && indentationWidth(line) <= shape.ownerIndentation && !/^\s*[)\]}]/.test(line)) {
      const growing = end < 0 && !finished;
      return indentationWidth(line) === shape.ownerIndentation
        ? endAtWord(line, start, shape.syntax.closers, growing)
        : start - 1;
    }
    start = end + 1;
  }
  return undefined;
}

/** The end of the word that closes the block, with the one after it that ends the line: `End Sub`. */
function endAtWord(
  line: string,
  start: number,
  closers: readonly string[],
  growing: boolean,
): number | undefined {
  const { 0: closing = '', 1: word = '' } = /^\s*(\w+)(?: \w+;?$)?/.exec(line) ?? [];
  const isCloser = closers.includes(word.toLowerCase());
  if (growing && (isCloser || closers.some((closer) => closer.startsWith(line.trim().toLowerCase())))) {
    return undefined;
  }
  return isCloser ? start + closing.length : start - 1;
}
