import type { CodeNode } from '../../../syntax/codeNodes';
import type { CodeOfFunction, SlipEdit } from './edit';
import { replaceNode } from './edit';

/** Nodes whose operator is one of their own leaves. */
const operatorParents: ReadonlySet<string> = new Set([
  'binary_expression',
  'augmented_assignment_expression',
  'assignment_expression',
  'update_expression',
  'binary_operator',
  'boolean_operator',
  'comparison_operator',
  'augmented_assignment',
]);

/**
 * What is typed or thought of in place of what. Left out: `==` and `===`, `||` and `??`, which linters settle, and
 * `=`, whose alternatives are hardly ever meant.
 */
const alternatives: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>', '>='],
  '<=': ['<', '>=', '>'],
  '>': ['>=', '<', '<='],
  '>=': ['>', '<=', '<'],
  '==': ['!='],
  '!=': ['=='],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  and: ['or'],
  or: ['and'],
  is: ['is not'],
  'is not': ['is'],
  in: ['not in'],
  'not in': ['in'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '+=': ['-=', '='],
  '-=': ['+=', '='],
  '*=': ['/='],
  '/=': ['*='],
  '++': ['--'],
  '--': ['++'],
};

/** Comparisons, logic, arithmetic and assignments with another operator of their kind. */
export function operatorEdits({ nodes }: CodeOfFunction): SlipEdit[] {
  return nodes.flatMap((place) =>
    isOperator(place)
      ? (alternatives[place.node.type] ?? []).map((other) => replaceNode('operator', place.node, other))
      : [],
  );
}

/** Texts are not subtracted. */
function joinsStrings({ node, parent }: CodeNode): boolean {
  return (
    (node.type === '+' || node.type === '+=') &&
    parent.namedChildren.some((child) => child !== null && /string|character_literal/.test(child.type))
  );
}

function isOperator({ node, parent }: CodeNode): boolean {
  // `for (k in o)` and `for x in y` are no comparisons: only Python's comparisons have `in` as an operator here.
  const fine = node.type !== 'in' || parent.type === 'comparison_operator';
  return fine && !node.isNamed && operatorParents.has(parent.type) && !joinsStrings({ node, parent });
}
