import type { TextRange } from '../base/textRange';
import { commentBefore, fileTag, type DocCommentPlace } from './docComment';
import { allOfType, firstOfType, isComment, parts } from './nodes';
import type { SyntaxLanguageId, SyntaxNode, SyntaxTree } from './parser';

/** Where the comment on a file as a whole is, or would be, and what must stand around a new one. */
export interface FileCommentPlace extends DocCommentPlace {
  /** A blank line sets it off from what stands above, with which it would be read as one otherwise. */
  readonly blankAbove: boolean;
  /** A blank line sets it off from the code, to which it would belong otherwise. */
  readonly blankBelow: boolean;
}

type Kind = 'docstring' | 'jsdoc' | 'inner' | 'package' | 'doxygen' | 'phpdoc' | 'leading';

/** How a language documents a file as a whole. C# cannot, and Java only packages. */
const kinds: Readonly<Partial<Record<SyntaxLanguageId, Kind>>> = {
  python: 'docstring',
  javascript: 'jsdoc',
  javascriptreact: 'jsdoc',
  typescript: 'jsdoc',
  typescriptreact: 'jsdoc',
  rust: 'inner',
  go: 'package',
  c: 'doxygen',
  cpp: 'doxygen',
  php: 'phpdoc',
  ruby: 'leading',
};

/** As licences say it, and not a file about licences. */
const licenceWords = new RegExp(
  [
    String.raw`copyright|\(c\) *\d{4}|SPDX|all rights reserved|permission is hereby|redistribut|warrant(y|ies)\b`,
    String.raw`@licen[cs]e|licen[cs]ed (under|to|by)|licen[cs]e( file| information|\.txt|\.md|:)|under the .{0,60}licen[cs]e`,
    String.raw`\b(MIT|Apache|BSD|GNU|GPL|ISC|Mozilla|Public) .{0,30}licen[cs]e|(apache|gnu|opensource)\.org/licen[cs]e`,
    String.raw`required by applicable law`,
  ].join('|'),
  'i',
);
/** Comments that stay at the top of a file: for people's lawyers, and for tools. */
const toolWords =
  /^#!|coding[:=]|-\*-|\bvim?:|@ts-|@jsx|eslint|prettier|mypy:|pylint:|ruff:|type:|@generated|rustfmt|clang-|NOLINT|phpcs:|phpstan|psalm|@noinspection|rubocop:/i;
/** Ruby's and Python's comments for the interpreter are no part of the lines below them. */
const magicLine =
  /^#(!|.*coding[:=]|\s*(-\*-|frozen[_-]string[_-]literal:|warn_indent:|shareable_constant_value:|typed:|rubocop:))/i;
/** Doxygen's commands for a comment that speaks of something else than the file or the code below. */
const otherSubject =
  /[@\\](defgroup|addtogroup|weakgroup|mainpage|page|dir|namespace|package|class|struct|union|enum|fn|def|typedef|var|name|cond)\b/;

/** Whether `text` speaks of who owns the code and who may use it. */
export function isLicence(text: string): boolean {
  return licenceWords.test(text);
}

/**
 * Where the comment on the file as a whole is, or would be: a module docstring, `@file`, `//!`, a package comment, a
 * file-level docblock. Undefined where the language has none, or the file holds no code. `fileName` is the name without
 * folders: Java documents a package in `package-info.java`.
 */
export function fileCommentPlace(tree: SyntaxTree, fileName?: string): FileCommentPlace | undefined {
  const kind = fileName === 'package-info.java' ? 'package' : kinds[tree.languageId];
  if (kind === 'package') {
    const clause = firstOfType(tree.root, 'package_clause', 'package_declaration');
    return clause && packagePlace(tree, clause.startIndex);
  }
  const first = firstCode(tree.root);
  if (kind === undefined || first === undefined) {
    return undefined;
  }
  const blocks = commentBlocks(tree.root.namedChildren, first.startIndex);
  const existing =
    kind === 'docstring'
      ? docstring(first)
      : kind === 'doxygen'
        ? (taggedComment(tree) ?? existingComment(tree, blocks, kind, first))
        : existingComment(tree, blocks, kind, first);
  const next = blocks.find((block) => !isHeader(tree.text, block));
  return {
    existing,
    insertAt: existing?.start ?? next?.start ?? first.startIndex,
    position: 'before',
    blankAbove: kind === 'doxygen' || kind === 'phpdoc' || kind === 'leading',
    blankBelow: true,
  };
}

/** A licence directly above the clause is not the comment on the package, though tools take it for that. */
function packagePlace(tree: SyntaxTree, start: number): FileCommentPlace {
  const place = commentBefore(tree, start);
  const { existing } = place;
  const isTaken = existing !== undefined && isLicence(prose(tree.text.slice(existing.start, existing.end)));
  return isTaken
    ? { existing: undefined, insertAt: start, position: 'before', blankAbove: true, blankBelow: false }
    : { ...place, blankAbove: false, blankBelow: false };
}

/** Undefined also for a PHP file that begins with markup, which is a page and no module. */
function firstCode(root: SyntaxNode): SyntaxNode | undefined {
  const [first, second] = parts(root).filter(
    ({ type, text }) =>
      !['hash_bang_line', 'shebang', 'php_tag'].includes(type) &&
      !(type === 'text' && (text.startsWith('#!') || text.trim() === '')),
  );
  const tag = firstOfType(root, 'php_tag');
  // `<?php declare(strict_types=1);` on one line opens the file as the tag alone does.
  const isOpening = first?.type === 'declare_statement' && first.startPosition.row === tag?.startPosition.row;
  const code = isOpening ? (second ?? first) : first;
  return code?.type === 'text' ? undefined : code;
}

interface Block extends TextRange {
  readonly lastRow: number;
  readonly mark: string;
}

/** The comments among `nodes` that stand before `end`, line comments of one kind on adjoining lines as one block. */
function commentBlocks(nodes: readonly (SyntaxNode | null)[], end: number): Block[] {
  const blocks: Block[] = [];
  for (const node of nodes) {
    if (node === null || node.startIndex >= end) {
      break;
    }
    if (!isComment(node)) {
      continue;
    }
    // Some grammars count the line break as part of a line comment.
    const text = node.text.trimEnd();
    const range = {
      start: node.startIndex,
      end: node.startIndex + text.length,
      lastRow: node.startPosition.row + text.split('\n').length - 1,
      mark: magicLine.test(text) ? 'magic' : (/^(\/\/[/!]?|#|)/.exec(text)?.[0] ?? ''),
    };
    const previous = blocks.at(-1);
    const adjoins = previous !== undefined && node.startPosition.row === previous.lastRow + 1;
    if (adjoins && range.mark !== '' && range.mark === previous.mark) {
      blocks.splice(-1, 1, { ...range, start: previous.start });
    } else {
      blocks.push(range);
    }
  }
  return blocks;
}

/** Set off by a blank line, or of the kind that stays at the top. */
function isHeader(text: string, block: Block): boolean {
  const comment = text.slice(block.start, block.end);
  return block.mark === 'magic' || isLicence(comment) || toolWords.test(comment) || isSetOff(text, block.end);
}

function isSetOff(text: string, end: number): boolean {
  return /^[ \t]*\r?\n[ \t]*\r?\n/.test(text.slice(end));
}

function docstring(first: SyntaxNode): TextRange | undefined {
  const [value] = parts(first);
  const isDocstring = first.type === 'expression_statement' && value?.type === 'string';
  return isDocstring ? { start: first.startIndex, end: first.endIndex } : undefined;
}

/** Doxygen takes `@file` anywhere, and people write it inside the guard of a header, too. */
function taggedComment({ text, root }: SyntaxTree): TextRange | undefined {
  return commentBlocks(allOfType(root, ['comment']), Infinity).find(({ start, end }) => {
    const comment = text.slice(start, end);
    return /^(\/\/[/!]|\/\*[*!])/.test(comment) && /(?<=[\s*/!])[@\\]file\b/.test(comment);
  });
}

function existingComment(
  tree: SyntaxTree,
  blocks: readonly Block[],
  kind: Exclude<Kind, 'package' | 'docstring'>,
  first: SyntaxNode,
): TextRange | undefined {
  return blocks.find((block) => {
    const comment = tree.text.slice(block.start, block.end);
    const isOnTop = !isLicence(prose(comment)) && !toolWords.test(comment);
    switch (kind) {
      case 'inner':
        return /^(\/\/!|\/\*!)/.test(comment);
      case 'jsdoc':
        return (
          /^\/\*\*(?![*/])/.test(comment) &&
          (fileTag.test(comment) || (isOnTop && !isLicence(comment) && isSetOff(tree.text, block.end)))
        );
      case 'doxygen':
        return (
          /^(\/\/[/!](?!\/)|\/\*[*!](?![*/]))/.test(comment) &&
          isOnTop &&
          !otherSubject.test(comment) &&
          /^preproc_(include|ifdef|if|call)$/.test(first.type)
        );
      case 'phpdoc':
        return (
          /^\/\*\*(?![*/])/.test(comment) &&
          (fileTag.test(comment) ||
            (isOnTop && !comment.includes('@var') && isOffSymbol(tree.text, block, first)))
        );
      case 'leading':
        return block.mark !== 'magic' && isOnTop && isOffSymbol(tree.text, block, first);
      default:
        return kind satisfies never;
    }
  });
}

/** The comment without its tags: what `@license` says is no licence. */
function prose(comment: string): string {
  return comment.replace(/^[\s*/#!]*[@\\]\w.*$/gm, '');
}

/** What stands directly above a declaration or a statement speaks of it; what leads into the file does not. */
function isOffSymbol(text: string, { end }: Block, first: SyntaxNode): boolean {
  const leadsIn =
    /^(declare_statement|namespace_definition|namespace_use_declaration)$/.test(first.type) ||
    /^require(_relative|_once)?\b/.test(first.text);
  return isSetOff(text, end) || leadsIn;
}
