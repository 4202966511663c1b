import type { TextRange } from '../base/textRange';
import { commentBefore, type DocCommentPlace } from './docComment';
import { firstOfType, isComment, parts } from './nodes';
import type { SyntaxLanguageId, SyntaxNode, SyntaxTree } from './parser';

/** How a language documents a file as a whole. */
const kinds: Readonly<Partial<Record<SyntaxLanguageId, 'docstring' | 'jsdoc' | 'inner' | 'package'>>> = {
  python: 'docstring',
  javascript: 'jsdoc',
  javascriptreact: 'jsdoc',
  typescript: 'jsdoc',
  typescriptreact: 'jsdoc',
  rust: 'inner',
  go: 'package',
};

/** Comments that stay at the top of a file: for people's lawyers, and for tools. */
const headerWords =
  /copyright|licen[cs]e|SPDX|^#!|coding[:=]|@ts-|@jsx|eslint|prettier|mypy:|pylint:|ruff:|type:|@generated|rustfmt/i;
/** A JSDoc comment that speaks of the file says so. */
const fileTag = /@(file|fileoverview|overview|module|packageDocumentation)\b/;

/**
 * Where the comment on the file as a whole is, or would be: a module docstring, `@file`, `//!`, a package comment.
 * Undefined where the language has none, or the file holds no code.
 */
export function fileCommentPlace(tree: SyntaxTree): DocCommentPlace | undefined {
  const [first] = parts(tree.root).filter(({ type }) => type !== 'hash_bang_line' && type !== 'shebang');
  const kind = kinds[tree.languageId];
  if (kind === undefined || first === undefined) {
    return undefined;
  }
  if (kind === 'package') {
    const clause = firstOfType(tree.root, 'package_clause');
    return clause && commentBefore(tree, clause.startIndex);
  }
  const blocks = leadingBlocks(tree.root, first.startIndex);
  const existing = kind === 'docstring' ? docstring(first) : existingComment(tree, blocks, kind);
  const next = blocks.find((block) => !isHeader(tree.text, block));
  return { existing, insertAt: existing?.start ?? next?.start ?? first.startIndex, position: 'before' };
}

/** The comments above the first statement, those on adjoining lines as one block. */
function leadingBlocks(root: SyntaxNode, end: number): TextRange[] {
  const blocks: (TextRange & { readonly lastRow: number })[] = [];
  for (const node of root.namedChildren) {
    if (node === null || node.startIndex >= end) {
      break;
    }
    // Some grammars count the line break as part of a line comment.
    const text = node.text.trimEnd();
    const range = {
      start: node.startIndex,
      end: node.startIndex + text.length,
      lastRow: node.startPosition.row + text.split('\n').length - 1,
    };
    const previous = blocks.at(-1);
    const adjoins =
      isComment(node) && previous !== undefined && node.startPosition.row === previous.lastRow + 1;
    if (adjoins && !text.startsWith('/*')) {
      blocks.splice(-1, 1, { ...range, start: previous.start });
    } else {
      blocks.push(range);
    }
  }
  return blocks;
}

/** Set off by a blank line, or of the kind that stays at the top. */
function isHeader(text: string, { start, end }: TextRange): boolean {
  return headerWords.test(text.slice(start, end)) || /^[ \t]*\r?\n[ \t]*\r?\n/.test(text.slice(end));
}

function docstring(first: SyntaxNode): TextRange | undefined {
  const [value] = parts(first);
  const isDocstring = first.type === 'expression_statement' && value?.type === 'string';
  return isDocstring ? { start: first.startIndex, end: first.endIndex } : undefined;
}

function existingComment(
  { text }: SyntaxTree,
  blocks: readonly TextRange[],
  kind: 'jsdoc' | 'inner',
): TextRange | undefined {
  return blocks.find((block) => {
    const comment = text.slice(block.start, block.end);
    return kind === 'inner'
      ? /^(\/\/!|\/\*!)/.test(comment)
      : /^\/\*\*(?![*/])/.test(comment) &&
          (fileTag.test(comment) || (!headerWords.test(comment) && isHeader(text, block)));
  });
}
