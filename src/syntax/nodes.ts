import type { SyntaxNode } from './parser';

/** The child in the field `name`, or undefined. */
export function field(node: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  return node?.childForFieldName(name) ?? undefined;
}

/** The children that are not punctuation or keywords, comments left out. */
export function parts(node: SyntaxNode | undefined): SyntaxNode[] {
  return (node?.namedChildren ?? []).filter(
    (child): child is SyntaxNode => child !== null && !isComment(child),
  );
}

export function firstOfType(node: SyntaxNode | undefined, ...types: string[]): SyntaxNode | undefined {
  return node?.children.find((child): child is SyntaxNode => child !== null && types.includes(child.type));
}

/** Every node of these types in and below `node`, in document order. */
export function allOfType(node: SyntaxNode, types: readonly string[]): SyntaxNode[] {
  return node.descendantsOfType([...types]).filter((found) => found !== null);
}

export function isComment(node: SyntaxNode): boolean {
  return node.type === 'comment' || node.type === 'line_comment' || node.type === 'block_comment';
}

/** Source text on one line: every run of white space is one space. Undefined for no node or no text. */
export function oneLine(text: string | undefined): string | undefined {
  const line = text?.replace(/\s+/g, ' ').trim();
  return line === '' ? undefined : line;
}

/** A type annotation's text without the colon or arrow in front of it. */
export function typeText(node: SyntaxNode | undefined): string | undefined {
  return oneLine(node?.text.replace(/^\s*(:|->)/, ''));
}
