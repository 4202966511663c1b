import { looseBrackets } from '../brackets';
import { indentationWidth } from '../place';
import type { Shape } from './shape';

/**
 * Where the block that a multi-line suggestion fills ends in `text`, as the number of characters that belong to
 * it, or undefined while it is open. `text` begins at the cursor. `finished` says that no more text will come.
 */
export function blockEnd(text: string, shape: Shape, finished: boolean): number | undefined {
  const byBracket = endByBracket(text, finished);
  const byIndentation = endByIndentation(text, shape);
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
function endByIndentation(text: string, shape: Shape): number | undefined {
  let start = text.indexOf('\n') + 1;
  while (start > 0 && start < text.length) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? undefined : end);
    // White space alone says nothing yet: the line may still be growing.
    if (line.trim() !== '' && indentationWidth(line) <= shape.ownerIndentation && !/^\s*[)\]}]/.test(line)) {
      const closingWord = shape.syntax.blocks === 'words' ? /^\s*(?:end|fi|done|esac)\b/.exec(line) : null;
      const closes = closingWord !== null && indentationWidth(line) === shape.ownerIndentation;
      if (closes) {
        return start + closingWord[0].length;
      }
      return couldBecomeClosingWord(line, shape, end < 0) ? undefined : start - 1;
    }
    start = end + 1;
  }
  return undefined;
}

function couldBecomeClosingWord(line: string, shape: Shape, growing: boolean): boolean {
  const word = line.trim();
  return (
    growing &&
    shape.syntax.blocks === 'words' &&
    ['end', 'fi', 'done', 'esac'].some((closing) => closing.startsWith(word))
  );
}
