import { sameNode } from '../../../syntax/codeNodes';
import { field } from '../../../syntax/nodes';
import type { SyntaxNode } from '../../../syntax/parser';
import type { CodeOfFunction, SlipEdit } from './edit';
import { insertBefore, nameOrCallTypes, replaceNode } from './edit';

const opposites: Readonly<Record<string, string>> = {
  true: 'false',
  false: 'true',
  True: 'False',
  False: 'True',
};

/** `true` for `false` and the reverse. */
export function booleanEdits({ nodes }: CodeOfFunction): SlipEdit[] {
  return nodes.flatMap(({ node }) => {
    const opposite = node.type === 'true' || node.type === 'false' ? opposites[node.text] : undefined;
    return opposite === undefined ? [] : [replaceNode('boolean', node, opposite)];
  });
}

/** A `!` or `not` that is missing from a condition or too many in it. */
export function negationEdits({ family, nodes }: CodeOfFunction): SlipEdit[] {
  const negation = family === 'python' ? 'not ' : '!';
  return nodes.flatMap(({ node, parent }) => {
    const operand = isNegated(parent) ? undefined : negatedOperand(node);
    if (operand !== undefined) {
      // Shown at the sign and the word after it, since a lone sign is hardly seen under a squiggle.
      const shown = node.text.length <= 40 ? node.endIndex : operand.startIndex + 1;
      const found = node.text.slice(0, shown - node.startIndex);
      const range = { start: node.startIndex, end: shown };
      return [
        { kind: 'negation', range, found, expected: found.slice(operand.startIndex - node.startIndex) },
      ];
    }
    return isPlainCondition(node, parent) ? [insertBefore('negation', node, negation)] : [];
  });
}

function negatedOperand(node: SyntaxNode): SyntaxNode | undefined {
  if (node.type === 'not_operator') {
    return field(node, 'argument');
  }
  const operand = isNegated(node) ? (field(node, 'argument') ?? field(node, 'operand')) : undefined;
  // `!!x` is a conversion.
  return operand?.type === 'unary_expression' ? undefined : operand;
}

function isNegated(node: SyntaxNode): boolean {
  return node.type === 'unary_expression' && node.children[0]?.type === '!';
}

const logicOperators: ReadonlySet<string> = new Set(['&&', '||', 'and', 'or']);

/** True for a name, member or call that decides by itself, or as a part of `&&` and `||` in a condition. */
function isPlainCondition(node: SyntaxNode, parent: SyntaxNode): boolean {
  if (!nameOrCallTypes.has(node.type)) {
    return false;
  }
  if (parent.type === 'binary_expression' || parent.type === 'boolean_operator') {
    return logicOperators.has(field(parent, 'operator')?.type ?? '') && isConditionOf(parent);
  }
  return isConditionOf(node);
}

/** True when `node`, through brackets and logic operators, is what an `if`, a loop or `?:` decides by. */
function isConditionOf(node: SyntaxNode): boolean {
  const { parent } = node;
  if (parent === null) {
    return false;
  }
  if (
    parent.type === 'parenthesized_expression' ||
    logicOperators.has(field(parent, 'operator')?.type ?? '')
  ) {
    return isConditionOf(parent);
  }
  // Python's `a if c else b` has no fields: its condition is the second part.
  return (
    sameNode(field(parent, 'condition'), node) ||
    (parent.type === 'conditional_expression' && sameNode(parent.namedChild(1), node))
  );
}
