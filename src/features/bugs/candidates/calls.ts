import type { SyntaxNode } from '../../../syntax/parser';
import { isFunctionNode } from '../../../syntax/functionNodes';
import { parts } from '../../../syntax/nodes';
import type { CodeOfFunction, SlipEdit } from './edit';
import { insertBefore } from './edit';

const plainArgument = /^[\w$.[\]'"()!-]+$/;
const longestArgument = 40;
const unmovableTypes: ReadonlySet<string> = new Set([
  'keyword_argument',
  'spread_element',
  'list_splat',
  'dictionary_splat',
  'arrow_function',
  'function_expression',
  'lambda_expression',
]);

/** Two neighbouring arguments the other way round. */
export function swapEdits({ nodes, text }: CodeOfFunction): SlipEdit[] {
  return nodes
    .filter(({ node }) => node.type === 'arguments' || node.type === 'argument_list')
    .flatMap(({ node }) => {
      const values = parts(node);
      return values.slice(1).flatMap((second, index) => swap(text, values[index], second));
    });
}

function swap(text: string, first: SyntaxNode | undefined, second: SyntaxNode): SlipEdit[] {
  if (first === undefined || !isMovable(first) || !isMovable(second) || first.text === second.text) {
    return [];
  }
  const range = { start: first.startIndex, end: second.endIndex };
  const between = text.slice(first.endIndex, second.startIndex);
  const expected = second.text + between + first.text;
  return [{ kind: 'swapped-arguments', range, found: text.slice(range.start, range.end), expected }];
}

function isMovable(node: SyntaxNode): boolean {
  return (
    !unmovableTypes.has(node.type) && node.text.length <= longestArgument && plainArgument.test(node.text)
  );
}

const callTypes: ReadonlySet<string> = new Set(['call_expression', 'call']);
/** Where the awaited value would be used as a value, or thrown away. */
const awaitableParents: ReadonlySet<string> = new Set([
  'expression_statement',
  'variable_declarator',
  'assignment_expression',
  'assignment',
  'return_statement',
]);

/** An `await` that a call in an asynchronous function lacks. */
export function awaitEdits({ nodes, family }: CodeOfFunction): SlipEdit[] {
  if (family === 'java') {
    return [];
  }
  return nodes
    .filter(
      ({ node, parent }) => callTypes.has(node.type) && awaitableParents.has(parent.type) && isInAsync(node),
    )
    .map(({ node }) => insertBefore('await', node, 'await '));
}

function isInAsync(node: SyntaxNode): boolean {
  for (let outer = node.parent; outer !== null; outer = outer.parent) {
    if (isFunctionNode(outer)) {
      return outer.children.some((child) => child?.type === 'async');
    }
  }
  return false;
}
