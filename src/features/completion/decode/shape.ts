import { indentationWidth, lineBefore, linesBelow, type Place } from '../place';
import { syntaxAtEnd } from '../languages';
import type { LanguageSyntax } from '../languageSyntax';
import type { CompletionOptions } from '../types';

/** How long a suggestion may become at a place, and where its block ends. */
export interface Shape {
  readonly multiLine: boolean;
  readonly maxTokens: number;
  /** Columns that the line which opened the block is indented by. */
  readonly ownerIndentation: number;
  readonly syntax: LanguageSyntax;
}

/** Copilot decodes 20 tokens for a line, but cuts long calls off with that; the newline ends most lines earlier. */
const MAX_SINGLE_LINE_TOKENS = 48;
/** Tokens of the longest suggestion there is. */
export const MAX_MULTI_LINE_TOKENS = 160;

/** Single line unless the cursor stands in an empty block, or right after what opens one. */
export function decideShape(place: Place, options: Pick<CompletionOptions, 'multiLine'>): Shape {
  const { syntax } = syntaxAtEnd(place.prefix, place.languageId);
  const owner = options.multiLine === 'never' ? undefined : ownerOfEmptyBlock(place, syntax);
  return {
    multiLine: owner !== undefined,
    maxTokens: owner === undefined ? MAX_SINGLE_LINE_TOKENS : MAX_MULTI_LINE_TOKENS,
    ownerIndentation: ownerIndentation(owner ?? place.linePrefix, place),
    syntax,
  };
}

/** The line that opened the empty block at the cursor, or undefined where there is no such block. */
function ownerOfEmptyBlock(place: Place, syntax: LanguageSyntax): string | undefined {
  // Who typed a space after `=`, `:` or an arrow goes on on the line.
  if (!/^[)\]}\s;,]*$/.test(place.lineSuffix) || /[=:>][ \t]$/.test(place.linePrefix)) {
    return undefined;
  }
  const owner = place.linePrefix.trim() === '' ? lineAboveComments(place, syntax) : place.linePrefix;
  if (owner === undefined || !opensBlock(owner, syntax)) {
    return undefined;
  }
  const next = linesBelow(place, 1)[0];
  const blockHasContent =
    next !== undefined && !/^\s*[)\]}]/.test(next) && indentationWidth(next) > ownerIndentation(owner, place);
  return blockHasContent ? undefined : owner;
}

/**
 * The owner's columns. Its last line may be the end of a long parameter list and stand deeper than the block;
 * where the cursor is inside already, the block is what is not shallower than the cursor.
 */
function ownerIndentation(owner: string, { linePrefix }: Place): number {
  const inside = linePrefix.trim() === '' ? indentationWidth(linePrefix) : 0;
  return inside > 0 ? Math.min(indentationWidth(owner), inside - 1) : indentationWidth(owner);
}

/** Whether the next line stands one level deeper than `line`. */
export function opensBlock(line: string, syntax: LanguageSyntax): boolean {
  return syntax.opener.test(line.trimEnd());
}

/**
 * The line above, comments and a documentation string passed over: a function that holds nothing but its
 * description is still empty.
 */
function lineAboveComments({ prefix, linePrefix }: Place, syntax: LanguageSyntax): string | undefined {
  let position = prefix.length - linePrefix.length;
  for (;;) {
    const line = lineBefore(prefix, position);
    const start = line === undefined ? undefined : startOfComment(prefix, line, syntax);
    if (start === undefined) {
      return line?.text;
    }
    position = start;
  }
}

/** Where the comment or documentation string begins that `line` is or ends, or undefined where it is code. */
function startOfComment(
  prefix: string,
  line: { readonly text: string; readonly start: number },
  syntax: LanguageSyntax,
): number | undefined {
  const text = line.text.trim();
  if (syntax.lineComments.some((open) => text.startsWith(open)) || isOneLineDocumentation(text)) {
    return line.start;
  }
  if (syntax.blocks === 'indentation' && /(?:"""|''')$/.test(text)) {
    const open = prefix.lastIndexOf(text.slice(-3), line.start + line.text.trimEnd().length - 4);
    return open < 0 ? undefined : prefix.lastIndexOf('\n', open) + 1;
  }
  return undefined;
}

function isOneLineDocumentation(text: string): boolean {
  return text.length >= 6 && /^[rRbBuU]?("""|''').*\1$/.test(text);
}
