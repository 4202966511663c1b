import type { Range } from '../../shared/protocol';

type Position = Range['start'];

/** An edit as VS Code tells it: `text` is now what stood at `range`. */
export interface Edit {
  readonly range: Range;
  readonly text: string;
}

/** Where the code at `range` stands after `edits`, which are in the order of VS Code: each leaves the next in place. */
export function rangeAfter(range: Range, edits: readonly Edit[]): Range {
  return edits.reduce(rangeAfterEdit, range);
}

/** What is typed right before the code or right behind it does not belong to it. */
function rangeAfterEdit({ start, end }: Range, edit: Edit): Range {
  const newStart = isBefore(start, edit.range.end) ? earlier(start, edit.range.start) : shift(start, edit);
  const newEnd = isBefore(edit.range.start, end) ? shift(later(end, edit.range.end), edit) : end;
  return { start: newStart, end: later(newStart, newEnd) };
}

/** `position` is at the end of the edit or behind it. */
function shift({ line, character }: Position, { range: { start, end }, text }: Edit): Position {
  const lines = text.split(/\r\n|\r|\n/);
  const newLine = line - end.line + start.line + lines.length - 1;
  if (line > end.line) {
    return { line: newLine, character };
  }
  const before = (lines.length === 1 ? start.character : 0) + (lines.at(-1)?.length ?? 0);
  return { line: newLine, character: before + character - end.character };
}

export function isBefore(one: Position, other: Position): boolean {
  return one.line < other.line || (one.line === other.line && one.character < other.character);
}

function earlier(one: Position, other: Position): Position {
  return isBefore(other, one) ? other : one;
}

export function later(one: Position, other: Position): Position {
  return isBefore(one, other) ? other : one;
}
