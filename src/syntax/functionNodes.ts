import type { TextRange } from '../base/textRange';
import { allOfType, field } from './nodes';
import type { SyntaxNode, SyntaxTree } from './parser';

const functionTypes: readonly string[] = [
  // JavaScript and TypeScript
  'function_declaration',
  'function_expression',
  'generator_function',
  'generator_function_declaration',
  'arrow_function',
  'method_definition',
  // Python
  'function_definition',
  // Java
  'method_declaration',
  'constructor_declaration',
  'compact_constructor_declaration',
  'lambda_expression',
];

export interface FunctionNode {
  readonly node: SyntaxNode;
  /** Undefined for one that has no name of its own. */
  readonly name: string | undefined;
}

/**
 * Functions that overlap one of `ranges`, in document order, none inside another: the outermost ones, except that
 * one of more than `maxLength` characters (a whole module in a function) gives way to those inside it.
 */
export function outermostFunctions(
  tree: SyntaxTree,
  ranges: readonly TextRange[],
  maxLength: number,
): FunctionNode[] {
  const nodes = allOfType(tree.root, functionTypes).filter(
    (node) =>
      node.endIndex - node.startIndex <= maxLength &&
      ranges.some(({ start, end }) => node.startIndex <= end && start <= node.endIndex),
  );
  let lastEnd = 0;
  const outermost = nodes.filter((node) => {
    const inside = node.endIndex <= lastEnd;
    lastEnd = Math.max(lastEnd, node.endIndex);
    return !inside;
  });
  return outermost.map((node) => ({ node, name: functionName(node) }));
}

/** True for a node that begins a new scope of parameters and locals. */
export function isFunctionNode(node: SyntaxNode): boolean {
  return functionTypes.includes(node.type) || node.type === 'lambda';
}

function functionName(node: SyntaxNode): string | undefined {
  const { parent } = node;
  const named = field(node, 'name') ?? (parent === null ? undefined : field(parent, 'name'));
  return named?.text ?? undefined;
}
