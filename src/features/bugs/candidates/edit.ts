import type { TextRange } from '../../../base/textRange';
import type { CodeNode } from '../../../syntax/codeNodes';
import type { SyntaxNode } from '../../../syntax/parser';
import type { SlipKind } from '../types';

/** One single edit of a text that a slip of the finger or the mind could be the reverse of. On one line. */
export interface SlipEdit {
  readonly kind: SlipKind;
  /** What the edit replaces: never empty, so that it can be underlined. */
  readonly range: TextRange;
  readonly found: string;
  readonly expected: string;
}

/** What an enumeration of edits works on: a function's code. */
export interface CodeOfFunction {
  readonly family: LanguageFamily;
  readonly text: string;
  readonly root: SyntaxNode;
  /** All of it, in document order; see `codeNodes`. */
  readonly nodes: readonly CodeNode[];
}

/** Types of nodes that are a name, a member or a call, in all of our languages. */
export const nameOrCallTypes: ReadonlySet<string> = new Set([
  'identifier',
  'member_expression',
  'attribute',
  'field_access',
  'call_expression',
  'call',
  'method_invocation',
]);

export type LanguageFamily = 'javascript' | 'python' | 'java';

const families: Readonly<Record<string, LanguageFamily>> = {
  javascript: 'javascript',
  javascriptreact: 'javascript',
  typescript: 'javascript',
  typescriptreact: 'javascript',
  python: 'python',
  java: 'java',
};

/** The family of a VS Code language identifier; undefined where slips are not looked for. */
export function languageFamily(languageId: string): LanguageFamily | undefined {
  return families[languageId];
}

/** `text` with the edit made. */
export function applyEdit(text: string, { range, expected }: Pick<SlipEdit, 'range' | 'expected'>): string {
  return text.slice(0, range.start) + expected + text.slice(range.end);
}

/** The edit that puts `expected` in the place of `node`. */
export function replaceNode(kind: SlipKind, node: SyntaxNode, expected: string): SlipEdit {
  return {
    kind,
    range: { start: node.startIndex, end: node.endIndex },
    found: node.text,
    expected,
  };
}

/** The edit that puts `inserted` before `node`, shown at the first word of it. */
export function insertBefore(kind: SlipKind, node: SyntaxNode, inserted: string): SlipEdit {
  const first = firstLeaf(node);
  return replaceNode(kind, first, inserted + first.text);
}

/** The edit that puts `inserted` after `node`, shown at the last word of it. */
export function insertAfter(kind: SlipKind, node: SyntaxNode, inserted: string): SlipEdit {
  const last = lastLeaf(node);
  return replaceNode(kind, last, last.text + inserted);
}

function firstLeaf(node: SyntaxNode): SyntaxNode {
  const [child] = node.children;
  return child === undefined || child === null ? node : firstLeaf(child);
}

function lastLeaf(node: SyntaxNode): SyntaxNode {
  const child = node.children.at(-1);
  return child === undefined || child === null ? node : lastLeaf(child);
}
