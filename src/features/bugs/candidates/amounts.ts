import type { CodeNode } from '../../../syntax/codeNodes';
import { sameNode } from '../../../syntax/codeNodes';
import { field } from '../../../syntax/nodes';
import type { SyntaxNode } from '../../../syntax/parser';
import type { CodeOfFunction, SlipEdit } from './edit';
import { insertAfter, nameOrCallTypes, replaceNode } from './edit';

const numberTypes: ReadonlySet<string> = new Set(['number', 'integer', 'decimal_integer_literal']);
const arithmeticTypes: ReadonlySet<string> = new Set(['binary_expression', 'binary_operator']);
const literalTypes: ReadonlySet<string> = new Set([
  'array',
  'object',
  'list',
  'tuple',
  'dictionary',
  'set',
  'array_initializer',
]);
/** A literal with more parts is a table, whose numbers follow from nothing in the code. */
const longestLiteral = 6;
/** Larger numbers are sizes, times and codes. */
const largestNumber = 1000;

/** Whole numbers that are one too high or too low. */
export function numberEdits({ nodes }: CodeOfFunction): SlipEdit[] {
  return nodes.filter(isPlainNumber).flatMap(({ node, parent }) => {
    const value = Number(node.text);
    // `x - 1` against `x` is an edit of its own, and `x - 0` nobody writes.
    const least = arithmeticTypes.has(parent.type) ? 1 : 0;
    return [value - 1, value + 1]
      .filter((other) => other >= least)
      .map((other) => replaceNode('number', node, String(other)));
  });
}

/** `+ 1` and `- 1` that are missing or too many, where a place, a count or a bound is computed. */
export function offByOneEdits({ nodes }: CodeOfFunction): SlipEdit[] {
  return nodes.flatMap(({ node, parent }) => {
    const dropped = dropOne(node);
    if (dropped !== undefined) {
      return [dropped];
    }
    return isBound(node, parent)
      ? [insertAfter('off-by-one', node, ' - 1'), insertAfter('off-by-one', node, ' + 1')]
      : [];
  });
}

function isPlainNumber({ node, parent }: CodeNode): boolean {
  return (
    numberTypes.has(node.type) &&
    /^\d+$/.test(node.text) &&
    Number(node.text) <= largestNumber &&
    !(literalTypes.has(parent.type) && parent.namedChildCount > longestLiteral)
  );
}

/** `a + 1` without its last part. */
function dropOne(node: SyntaxNode): SlipEdit | undefined {
  const left = field(node, 'left');
  const right = field(node, 'right');
  const operator = field(node, 'operator')?.type;
  if (
    !arithmeticTypes.has(node.type) ||
    left === undefined ||
    right?.text !== '1' ||
    (operator !== '+' && operator !== '-')
  ) {
    return undefined;
  }
  const range = { start: left.endIndex, end: node.endIndex };
  const found = node.text.slice(left.endIndex - node.startIndex);
  return { kind: 'off-by-one', range, found, expected: '' };
}

const relationalOperators: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
const slicingNames =
  /^(slice|substring|substr|splice|charAt|charCodeAt|subList|range|copyOfRange|get|arraycopy|subarray|indexOf|at)$/;

/** True for a name, member or call that stands as an index, beside a comparison, or as a bound of a slice. */
function isBound(node: SyntaxNode, parent: SyntaxNode): boolean {
  if (!nameOrCallTypes.has(node.type)) {
    return false;
  }
  switch (parent.type) {
    case 'subscript_expression':
    case 'array_access':
      return sameNode(field(parent, 'index'), node);
    case 'subscript':
      return (
        !sameNode(field(parent, 'value'), node) &&
        /index|idx|len|count|size|^[ijkn]$|end|start|pos/i.test(node.text)
      );
    case 'slice':
      return true;
    case 'binary_expression':
      return relationalOperators.has(field(parent, 'operator')?.type ?? '');
    case 'comparison_operator':
      return parent.children.some((child) => relationalOperators.has(child?.type ?? ''));
    case 'arguments':
    case 'argument_list':
      return slicingNames.test(calleeName(parent.parent));
    default:
      return false;
  }
}

function calleeName(call: SyntaxNode | null): string {
  const callee = field(call ?? undefined, 'function') ?? field(call ?? undefined, 'name');
  return /[\w$]+$/.exec(callee?.text ?? '')?.[0] ?? '';
}
