import type { TextRange } from '../base/textRange';
import { isComment } from './nodes';
import type { SyntaxLanguageId, SyntaxNode, SyntaxTree } from './parser';
import type { CodeSymbol } from './symbol';

/** Where a symbol's documentation comment is, or would be. */
export interface DocCommentPlace {
  /** The comment that is there, from its first to its last character, white space at its end left out. */
  readonly existing: TextRange | undefined;
  /** Where a new one goes: before this offset, or for `body` at the start of the body that begins or should begin here. */
  readonly insertAt: number;
  readonly position: 'before' | 'body';
}

/** What a documentation comment begins with; anything else above a symbol is a remark, not documentation. */
const documentationMarks: Readonly<Partial<Record<SyntaxLanguageId, RegExp>>> = {
  go: /^\/\//,
  ruby: /^#(?!!)/,
  rust: /^(\/\/\/(?!\/)|\/\*\*(?![*/]))/,
  c: /^(\/\/[/!]|\/\*[*!](?!\/))/,
  cpp: /^(\/\/[/!]|\/\*[*!](?!\/))/,
  csharp: /^(\/\/\/(?!\/)|\/\*\*(?![*/]))/,
};
const blockMark = /^\/\*\*(?![*/])/;
/** A comment that speaks of the file says so, where languages have a tag for it (JSDoc, Doxygen, PHPDoc). */
export const fileTag = /(?<=[\s*/!])[@\\](file|fileoverview|overview|module|packageDocumentation)\b/;
/** Comments for tools: https://go.dev/doc/comment#syntax ("directive comments"), and Ruby's magic comments. */
const directive =
  /^(\/\/([a-z0-9]+:[a-z0-9]|nolint|line |export |extern )|#\s*(rubocop:|frozen_string_literal:|encoding:|typed:|:nodoc:))/;

/** `symbol` must come from the outline of `tree`. */
export function docCommentPlace(tree: SyntaxTree, symbol: CodeSymbol): DocCommentPlace {
  if (tree.languageId === 'python') {
    return docstringPlace(tree, symbol);
  }
  const between = commentAmongAttributes(tree, symbol);
  return between ?? commentBefore(tree, symbol.range.start);
}

function docstringPlace(tree: SyntaxTree, symbol: CodeSymbol): DocCommentPlace {
  if (symbol.bodyRange === undefined) {
    const colon = tree.text.indexOf(':', symbol.signatureRange.end);
    return {
      existing: undefined,
      insertAt: colon < 0 ? symbol.signatureRange.end : colon + 1,
      position: 'body',
    };
  }
  const { start, end } = symbol.bodyRange;
  const first = tree.root.descendantForIndex(start, start);
  let node: SyntaxNode | null = first;
  while (node !== null && node.type !== 'string' && node.endIndex <= end && node.startIndex === start) {
    node = node.parent;
  }
  const isStatement =
    node?.type === 'string' && node.parent?.type === 'expression_statement' && node.startIndex === start;
  return {
    existing: isStatement && node !== null ? { start: node.startIndex, end: node.endIndex } : undefined,
    insertAt: start,
    position: 'body',
  };
}

/** Rust allows attributes before the doc comment. */
function commentAmongAttributes(tree: SyntaxTree, symbol: CodeSymbol): DocCommentPlace | undefined {
  if (tree.languageId !== 'rust' || symbol.range.start === symbol.signatureRange.start) {
    return undefined;
  }
  const place = commentBefore(tree, symbol.signatureRange.start);
  return place.existing !== undefined && place.existing.start >= symbol.range.start ? place : undefined;
}

/** The documentation comment directly above `start`, or the place for one. */
export function commentBefore(tree: SyntaxTree, start: number): DocCommentPlace {
  const mark = documentationMarks[tree.languageId] ?? blockMark;
  let existing: TextRange | undefined;
  let insertAt = start;
  let position = start;
  for (;;) {
    const node = commentEndingBefore(tree, position);
    if (node === undefined) {
      break;
    }
    const isDirective = directive.test(node.text);
    if (isDirective && existing === undefined) {
      insertAt = node.startIndex;
    } else if (isDirective || !mark.test(node.text) || isOnFile(tree.languageId, node.text)) {
      break;
    } else {
      const end = existing?.end ?? node.startIndex + node.text.trimEnd().length;
      existing = { start: node.startIndex, end };
    }
    position = node.startIndex;
    if (node.text.startsWith('/*')) {
      break;
    }
  }
  return { existing, insertAt: existing?.start ?? insertAt, position: 'before' };
}

/** In Go, Rust and Ruby such a word is part of the prose. */
function isOnFile(languageId: SyntaxLanguageId, comment: string): boolean {
  return !['go', 'rust', 'ruby', 'java', 'csharp'].includes(languageId) && fileTag.test(comment);
}

/** A comment on a line (or lines) of its own, directly above `position`. */
function commentEndingBefore({ text, root }: SyntaxTree, position: number): SyntaxNode | undefined {
  const before = text.slice(Math.max(0, position - 2_000), position);
  const gap = /\s*$/.exec(before)?.[0] ?? '';
  const end = position - gap.length;
  if (gap.split('\n').length > 2 || end === 0) {
    return undefined;
  }
  let node: SyntaxNode | null = root.descendantForIndex(end - 1, end);
  while (node !== null && !isComment(node)) {
    node = node.parent;
  }
  if (
    node === null ||
    !/(^|\n)[ \t]*$/.test(text.slice(Math.max(0, node.startIndex - 500), node.startIndex))
  ) {
    return undefined;
  }
  return node;
}
