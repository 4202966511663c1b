import type { TextRange } from '../../base/textRange';
import type { DocCommentPlace } from '../../syntax/docComment';
import type { FileCommentPlace } from '../../syntax/fileComment';
import type { CodeSymbol } from '../../syntax/symbol';

/** Where a comment goes and what must stand around it. */
export interface Placement {
  readonly range: TextRange;
  /** White space in front of each of the comment's lines but the first. */
  readonly indent: string;
  readonly eol: string;
  readonly leading: string;
  readonly trailing: string;
  /** The code around the comment, as it would be read with the comment in between. */
  readonly before: string;
  readonly afterStart: number;
}

/** `place` must be that of `symbol`. */
export function placeComment(text: string, place: DocCommentPlace, symbol: CodeSymbol): Placement {
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const { existing, insertAt } = place;
  if (existing !== undefined) {
    const indent = indentAt(text, existing.start);
    return {
      range: existing,
      indent,
      eol,
      leading: '',
      trailing: '',
      before: text.slice(0, existing.start),
      afterStart: existing.end,
    };
  }
  const lineStart = text.lastIndexOf('\n', insertAt - 1) + 1;
  const gap = text.slice(lineStart, insertAt);
  const isBlank = gap.trim() === '';
  if ((isBlank && lineStart > 0) || (isBlank && place.position === 'before')) {
    return {
      range: { start: insertAt, end: insertAt },
      indent: gap,
      eol,
      leading: '',
      trailing: separator(text, place, symbol, eol + gap) + eol + gap,
      before: text.slice(0, insertAt),
      afterStart: insertAt,
    };
  }
  return placeOnSharedLine(text, place, symbol.range.start, eol);
}

/** `place` must be that of a file as a whole. */
export function placeFileComment(text: string, place: FileCommentPlace): Placement {
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const { existing, insertAt, blankAbove, blankBelow } = place;
  const plain = { indent: '', eol, leading: '', trailing: '' };
  if (existing !== undefined) {
    return {
      ...plain,
      indent: indentAt(text, existing.start),
      range: existing,
      before: text.slice(0, existing.start),
      afterStart: existing.end,
    };
  }
  const gap = /\s*$/.exec(text.slice(0, insertAt))?.[0] ?? '';
  const lineBreakCount = gap.split('\n').length - 1;
  const isAtTop = gap.length === insertAt;
  const start = isAtTop || lineBreakCount > 0 ? insertAt : insertAt - gap.length;
  const leading = isAtTop ? '' : eol.repeat(Math.max(0, (blankAbove ? 2 : 1) - lineBreakCount));
  return {
    ...plain,
    range: { start, end: insertAt },
    leading,
    trailing: blankBelow ? eol + eol : eol,
    before: text.slice(0, start) + leading,
    afterStart: insertAt,
  };
}

/** What the language's formatter wants between the comment and what follows it. */
function separator(
  text: string,
  { insertAt, position }: DocCommentPlace,
  symbol: CodeSymbol,
  lineBreak: string,
): string {
  if (position === 'body') {
    return symbol.kind === 'class' ? (/^\r?\n/.exec(lineBreak)?.[0] ?? '') : '';
  }
  // Go's directives are set off from the prose.
  return text.startsWith('//', insertAt) ? `${lineBreak}//` : '';
}

/** Code stands before the place on its line: the comment, and what follows, get lines of their own. */
function placeOnSharedLine(
  text: string,
  { insertAt, position }: DocCommentPlace,
  headIndentOffset: number,
  eol: string,
): Placement {
  const outer = indentAt(text, headIndentOffset);
  const indent = position === 'body' ? outer + indentUnit(text) : outer;
  const start = text.slice(0, insertAt).trimEnd().length;
  const restOfLine = text.slice(insertAt, (text.indexOf('\n', insertAt) + 1 || text.length + 1) - 1);
  const isLast = restOfLine.trim() === '';
  return {
    range: { start, end: isLast ? start : insertAt },
    indent,
    eol,
    leading: eol + indent,
    trailing: isLast ? '' : eol + indent,
    before: text.slice(0, start) + eol + indent,
    afterStart: insertAt,
  };
}

function indentAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
}

/** One step of indentation as the file does it. */
function indentUnit(text: string): string {
  return /^(\t| {2,8})(?=\S)/m.exec(text)?.[1] ?? '    ';
}
