import { isBinaryText } from '../../base/binaryText';
import type { TextRange } from '../../base/textRange';
import { UserError } from '../../base/errors';
import { outlineText, symbolAt } from '../../syntax/outline';
import { isSyntaxLanguage } from '../../syntax/parser';
import type { CodeSymbol } from '../../syntax/symbol';

/** The code to explain, with what is known of its file. */
export interface Subject {
  readonly range: TextRange;
  readonly code: string;
  /** The symbol that is explained as a whole, when it is one. */
  readonly symbol: CodeSymbol | undefined;
  /** Symbols around the code, outermost first. */
  readonly enclosing: readonly CodeSymbol[];
  /** All symbols of the file in document order; empty for a language without a grammar. */
  readonly symbols: readonly CodeSymbol[];
}

/**
 * The selected code, or the symbol at an empty range. Throws a `UserError`: `no-symbol` when there is none, and
 * `bad-argument` for a selection that is blank or not text.
 */
export async function findSubject(languageId: string, text: string, range: TextRange): Promise<Subject> {
  const outlined = await outlineText(languageId, text);
  const symbols = outlined ?? [];
  const wanted = trim(text, range);
  const chosen = wanted.start === wanted.end ? symbolNear(text, symbols, range.start) : wanted;
  if (chosen === undefined) {
    throw noSubject(languageId, outlined !== undefined);
  }
  const code = text.slice(chosen.start, chosen.end);
  if (isBinaryText(code)) {
    throw new UserError('bad-argument', 'The selection is not text.', 'Select source code.');
  }
  const symbol = symbols.find((other) => isSame(text, other, chosen));
  return {
    range: chosen,
    code: outdent(text, chosen),
    symbol,
    enclosing: symbols.filter(
      (other) => other !== symbol && other.range.start <= chosen.start && chosen.end <= other.range.end,
    ),
    symbols,
  };
}

function noSubject(languageId: string, isUnderstood: boolean): UserError {
  if (isUnderstood) {
    return new UserError(
      'no-symbol',
      'There is no function, class or other symbol here to explain.',
      'Select the code, or place the cursor in a function or class.',
    );
  }
  return isSyntaxLanguage(languageId)
    ? new UserError(
        'text-too-large',
        'The file is too large for its functions and classes to be found.',
        'Select the code to explain.',
      )
    : new UserError(
        'no-symbol',
        `Sotto cannot find functions in files of the language “${languageId}”.`,
        'Select the code to explain.',
      );
}

function symbolNear(text: string, symbols: readonly CodeSymbol[], offset: number): TextRange | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const indentEnd = lineStart + (/^[ \t]*/.exec(text.slice(lineStart))?.[0].length ?? 0);
  return symbolAt(symbols, Math.max(offset, indentEnd))?.range;
}

function trim(text: string, { start, end }: TextRange): TextRange {
  const selected = text.slice(start, end);
  const lead = selected.length - selected.trimStart().length;
  const from = Math.min(end, start + lead);
  return { start: from, end: Math.max(from, start + selected.trimEnd().length) };
}

/** A selection of whole lines is the symbol that they hold, a trailing semicolon more or less. */
function isSame(text: string, { range }: CodeSymbol, chosen: TextRange): boolean {
  return range.start === chosen.start && /^[;\s]*$/.test(text.slice(...ordered(range.end, chosen.end)));
}

function ordered(one: number, other: number): [number, number] {
  return [Math.min(one, other), Math.max(one, other)];
}

/** The code of `range` with a mark in place of the body of each of `symbols`, which lie in it, one after another. */
export function codeWithoutBodies(text: string, range: TextRange, symbols: readonly CodeSymbol[]): string {
  const bodies = symbols.flatMap(({ bodyRange }) => bodyRange ?? []);
  const starts = [0, ...bodies.map(({ end }) => end)];
  const kept = starts.map((start, index) => text.slice(start, bodies[index]?.start ?? range.end));
  const shortened = kept.join('…');
  return outdent(shortened, { start: range.start, end: shortened.length });
}

/** The code without the indentation that all its lines share, so that no tokens are spent on it. */
function outdent(text: string, { start, end }: TextRange): string {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const head = text.slice(lineStart, start);
  const lead = head.trim() === '' ? head : '';
  const lines = (lead + text.slice(start, end)).split(/\r?\n/);
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0] ?? '');
  const shared = indents.reduce((one, other) => commonPrefix(one, other), indents[0] ?? '');
  return lines.map((line) => line.slice(shared.length)).join('\n');
}

function commonPrefix(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) {
    length += 1;
  }
  return one.slice(0, length);
}
