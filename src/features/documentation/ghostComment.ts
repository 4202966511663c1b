import type { TextRange } from '../../base/textRange';
import { outline } from '../../syntax/outline';
import type { SyntaxTree } from '../../syntax/parser';
import { isSyntaxLanguage, withTree } from '../../syntax/parser';
import { layOut } from './comment/layout';
import type { CommentStyle } from './comment/style';
import { detectStyle, isPythonStyle } from './comment/style';
import { renderComment, slotsOf, type Slot } from './comment/template';
import { gatherFacts } from './facts';
import { fillSlotBySlot } from './fillSlots';
import { symbolTarget, type SymbolTarget } from './targets';
import type { DocumentationModel } from './types';

export interface GhostCommentRequest {
  readonly languageId: string;
  readonly text: string;
  /** The cursor, right after the mark that was typed. */
  readonly offset: number;
  readonly projectTexts: readonly string[];
}

/** A comment to show as ghost text: `text` begins with what `range` holds up to the cursor. */
export interface GhostComment {
  readonly range: TextRange;
  readonly text: string;
}

/** A comment whose words the model is finding, one slot after another. */
export interface GhostCommentInProgress {
  /** With neutral words where the model has not come to yet; undefined before it has written the summary. */
  soFar(): GhostComment | undefined;
  /** Rejects with the signal's reason when aborted. */
  readonly finished: Promise<GhostComment>;
}

/** A mark that opens a comment, and what the editor may have closed it with. */
const openMark = /^([ \t]*)(\/\*\*|\/\/\/|"""|''')[ \t]*$/;
const autoClosed = /^[ \t]*(\*\/|"""|''')?[ \t]*$/;

/** Whether a mark that opens a documentation comment was typed at `offset`, with nothing else on its line. */
export function isAtCommentMark(text: string, offset: number): boolean {
  return readMark(text, offset) !== undefined;
}

/**
 * Begins the comment for the symbol below (in Python: around) a `/**`, `///`, `"""` or `'''` that stands alone on its
 * line. Undefined when the cursor is elsewhere, no undocumented symbol is there, or the mark is not one of the
 * language. Rejects with the signal's reason when aborted.
 */
export async function beginGhostComment(
  request: GhostCommentRequest,
  model: DocumentationModel,
  signal: AbortSignal,
): Promise<GhostCommentInProgress | undefined> {
  const { languageId, text } = request;
  const typed = readMark(text, request.offset);
  if (typed === undefined || !isSyntaxLanguage(languageId)) {
    return undefined;
  }
  const style = styleOfMark(detectStyle(languageId, [text, ...request.projectTexts]), typed.mark);
  if (style === undefined) {
    return undefined;
  }
  // An open mark would swallow the code below: to the parser, its place is empty.
  const blanked =
    text.slice(0, typed.range.start) +
    ' '.repeat(typed.range.end - typed.range.start) +
    text.slice(typed.range.end);
  const target = await withTree(languageId, blanked, (tree) => findSymbol(tree, typed.range));
  if (target === undefined) {
    return undefined;
  }
  signal.throwIfAborted();
  const template = layOut(style, gatherFacts(languageId, target.symbol, target.behaviour));
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const context = {
    before: text.slice(0, typed.range.start),
    after: text.slice(typed.range.end, target.symbol.range.end),
    indent: typed.indent,
    eol,
  };
  const words = new Map<Slot, string>();
  const soFar = () => {
    const shown = new Map(slotsOf(template).map((slot) => [slot, words.get(slot) ?? slot.neutral]));
    return { range: typed.range, text: renderComment(template, shown, typed.indent, eol) };
  };
  const fill = async () => {
    for await (const [slot, entry] of fillSlotBySlot(template, style, context, model, signal)) {
      words.set(slot, entry.words);
    }
    return soFar();
  };
  return { soFar: () => (words.size === 0 ? undefined : soFar()), finished: fill() };
}

function readMark(
  text: string,
  offset: number,
): { mark: string; indent: string; range: TextRange } | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineBreak = text.indexOf('\n', offset);
  const lineEnd = lineBreak < 0 ? text.length : lineBreak;
  const rest = text.slice(offset, lineEnd).replace(/\r$/, '');
  const match = openMark.exec(text.slice(lineStart, offset));
  if (match === null || !autoClosed.test(rest)) {
    return undefined;
  }
  const [, indent = '', mark = ''] = match;
  return { mark, indent, range: { start: lineStart + indent.length, end: offset + rest.length } };
}

/** The style with the mark that the user chose, or undefined when the language has no such comment. */
function styleOfMark(style: CommentStyle, mark: string): CommentStyle | undefined {
  if (isPythonStyle(style)) {
    return mark === '"""' || mark === "'''" ? { ...style, quotes: mark } : undefined;
  }
  if (style.name === 'doxygen') {
    return mark === '/**' || mark === '///' ? { ...style, lines: mark === '///' } : undefined;
  }
  const usual = style.name === 'rustdoc' || style.name === 'xml' ? '///' : '/**';
  const hasMark = style.name !== 'godoc' && style.name !== 'yard';
  return hasMark && mark === usual ? style : undefined;
}

function findSymbol(tree: SyntaxTree, mark: TextRange): SymbolTarget | undefined {
  const symbol = outline(tree).findLast(({ range, signatureRange }) => {
    if (tree.languageId === 'python') {
      const between = tree.text.slice(signatureRange.end, mark.start);
      return signatureRange.end <= mark.start && /^\s*:\s*$/.test(between);
    }
    return (
      range.start >= mark.end &&
      /^\s*$/.test(tree.text.slice(mark.end, range.start)) &&
      tree.text.slice(mark.end, range.start).split('\n').length === 2
    );
  });
  if (symbol === undefined) {
    return undefined;
  }
  const target = symbolTarget(tree, symbol);
  return target.place.existing === undefined ? target : undefined;
}
