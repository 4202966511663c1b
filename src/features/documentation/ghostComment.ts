import type { TextRange } from '../../base/textRange';
import type { SyntaxLanguageId, SyntaxTree } from '../../syntax/parser';
import { isSyntaxLanguage, withTree } from '../../syntax/parser';
import type { CodeSymbol } from '../../syntax/symbol';
import { layOutFile } from './comment/fileLayout';
import { layOut } from './comment/layout';
import type { CommentStyle } from './comment/style';
import { detectStyle, isPythonStyle } from './comment/style';
import { renderComment, slotsOf, type Slot, type Template } from './comment/template';
import { gatherFacts } from './facts';
import { fillSlotBySlot } from './fillSlots';
import { documentableSymbols, fileTarget, symbolTarget, type Target } from './targets';
import type { DocumentationModel } from './types';

export interface GhostCommentRequest {
  readonly languageId: string;
  readonly text: string;
  /** Without folders. */
  readonly fileName?: string;
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
const openMark = /^([ \t]*)(\/\*\*|\/\/\/|\/\/!|"""|''')[ \t]*$/;
const autoClosed = /^[ \t]*(\*\/|"""|''')?[ \t]*$/;

/** Whether a mark that opens a documentation comment was typed at `offset`, with nothing else on its line. */
export function isAtCommentMark(text: string, offset: number): boolean {
  return readMark(text, offset) !== undefined;
}

/**
 * Begins the comment for the symbol below (in Python: around) a `/**`, `///`, `//!`, `"""` or `'''` that stands alone
 * on its line, or for the file where its comment goes. Undefined when the cursor is elsewhere, nothing undocumented is
 * there, or the mark is not the language's for it. Rejects with the signal's reason when aborted.
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
  const target = await withTree(languageId, blanked, (tree) =>
    findTarget(tree, typed.range, request.fileName),
  );
  if (target === undefined) {
    return undefined;
  }
  signal.throwIfAborted();
  const template = templateFor(languageId, target, style);
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const gap = gapBelow(target, text.slice(typed.range.end), eol);
  const render = (words: ReadonlyMap<Slot, string>) => renderComment(template, words, typed.indent, eol);
  // Rust has one mark for what is below and another for the file.
  if (!render(new Map()).startsWith(typed.mark)) {
    return undefined;
  }
  const context = {
    before: text.slice(0, typed.range.start),
    after: gap + text.slice(typed.range.end, target.kind === 'file' ? text.length : target.symbol.range.end),
    indent: typed.indent,
    eol,
  };
  const words = new Map<Slot, string>();
  const soFar = () => {
    const shown = new Map(slotsOf(template).map((slot) => [slot, words.get(slot) ?? slot.neutral]));
    return { range: typed.range, text: render(shown) + gap };
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
  if (style.name === 'godoc' || style.name === 'yard') {
    return undefined;
  }
  const usual = { rustdoc: ['///', '//!'], xml: ['///'], jsdoc: ['/**'], javadoc: ['/**'], phpdoc: ['/**'] };
  return usual[style.name].includes(mark) ? style : undefined;
}

function templateFor(languageId: SyntaxLanguageId, target: Target, style: CommentStyle): Template {
  return target.kind === 'file'
    ? layOutFile(style, target.facts)
    : layOut(style, gatherFacts(languageId, target.symbol, target.behaviour));
}

/** The line break that sets the comment off from what follows it, where that is wanted and not there. */
function gapBelow(target: Target, following: string, eol: string): string {
  const isSetOff = /^\r?\n[ \t]*\r?\n/.test(following);
  return target.kind === 'file' && target.place.blankBelow && !isSetOff ? eol : '';
}

/** What the comment at `mark`, whose place is blank in the tree's text, would be on. */
function findTarget(tree: SyntaxTree, mark: TextRange, fileName: string | undefined): Target | undefined {
  const symbols = documentableSymbols(tree);
  const symbol = symbols.findLast((candidate) => isSymbolOfMark(tree, mark, candidate));
  const target = symbol === undefined ? fileTarget(tree, symbols, fileName) : symbolTarget(tree, symbol);
  if (target === undefined || target.place.existing !== undefined) {
    return undefined;
  }
  return target.kind === 'symbol' || isPlaceOfFile(tree.text, mark, target.place.insertAt)
    ? target
    : undefined;
}

/** At the start of a line, with nothing between it and where the file's comment would be inserted. */
function isPlaceOfFile(text: string, mark: TextRange, insertAt: number): boolean {
  const isIndented = /[ \t]$/.test(text.slice(0, mark.start));
  return !isIndented && mark.end <= insertAt && text.slice(mark.end, insertAt).trim() === '';
}

function isSymbolOfMark(
  { languageId, text }: SyntaxTree,
  mark: TextRange,
  { range, signatureRange }: CodeSymbol,
): boolean {
  if (languageId === 'python') {
    const between = text.slice(signatureRange.end, mark.start);
    return signatureRange.end <= mark.start && /^\s*:\s*$/.test(between);
  }
  const between = text.slice(mark.end, range.start);
  return range.start >= mark.end && between.trim() === '' && between.split('\n').length === 2;
}
