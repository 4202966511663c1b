import type { TextRange } from '../../base/textRange';
import { outlineText } from '../../syntax/outline';
import type { CodeSymbol, SymbolKind } from '../../syntax/symbol';
import { intersect } from './textChange';

/** A piece of work that is done as a whole, and what is edited in it. */
export interface CheckUnit {
  /** What is known of this part of the text is replaced by what the check finds. */
  readonly span: TextRange;
  readonly edits: readonly TextRange[];
}

/**
 * The functions that `edits` touch, those nearest to `offset` first. A function in another one belongs to it. Empty
 * for a language without a grammar.
 */
export async function checkUnits(
  languageId: string,
  text: string,
  edits: readonly TextRange[],
  offset: number,
): Promise<readonly CheckUnit[]> {
  const functions = (await findFunctions(languageId, text)) ?? [];
  const outermost = functions.filter(
    ({ range }) => !functions.some((other) => other.range !== range && contains(other.range, range)),
  );
  const units = outermost.map(({ range }) => ({
    span: range,
    edits: edits.flatMap((edit) => intersect(edit, range) ?? []),
  }));
  return units
    .filter((unit) => unit.edits.length > 0)
    .toSorted((one, other) => distance(one.span, offset) - distance(other.span, offset));
}

/** The symbols with code in them; undefined for a language without a grammar. */
export async function findFunctions(languageId: string, text: string): Promise<CodeSymbol[] | undefined> {
  const symbols = await outlineText(languageId, text);
  return symbols?.filter(({ kind, bodyRange }) => functionKinds.has(kind) && bodyRange !== undefined);
}

const functionKinds: ReadonlySet<SymbolKind> = new Set([
  'function',
  'method',
  'constructor',
  'getter',
  'setter',
]);

function contains(outer: TextRange, inner: TextRange): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function distance({ start, end }: TextRange, offset: number): number {
  return Math.max(start - offset, offset - end, 0);
}
