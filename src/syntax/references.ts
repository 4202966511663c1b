import type { TextRange } from '../base/textRange';
import { allOfType, field } from './nodes';
import type { SyntaxNode, SyntaxTree } from './parser';

/** A name where it is used. */
export interface NamePlace {
  readonly name: string;
  readonly offset: number;
}

const callTypes = [
  'call_expression',
  'call',
  'new_expression',
  'method_invocation',
  'object_creation_expression',
  'invocation_expression',
  'function_call_expression',
  'member_call_expression',
  'scoped_call_expression',
  'macro_invocation',
];

/** What the code in `range` calls: each name once, at its first use, in document order. */
export function callsIn(tree: SyntaxTree, range: TextRange): NamePlace[] {
  const found = new Map<string, NamePlace>();
  for (const node of allOfType(tree.root, callTypes)) {
    const callee =
      node.startIndex >= range.start && node.endIndex <= range.end ? calleeName(node) : undefined;
    if (callee !== undefined && !found.has(callee.text)) {
      found.set(callee.text, { name: callee.text, offset: callee.startIndex });
    }
  }
  return [...found.values()].sort((a, b) => a.offset - b.offset);
}

/** The last identifier of `a.b.c(…)`, `new C(…)`, `a::b!(…)`. */
function calleeName(call: SyntaxNode): SyntaxNode | undefined {
  const callee =
    field(call, 'function') ??
    field(call, 'method') ??
    field(call, 'name') ??
    field(call, 'constructor') ??
    field(call, 'type') ??
    field(call, 'macro');
  return callee === undefined ? undefined : lastIdentifier(callee);
}

function lastIdentifier(node: SyntaxNode): SyntaxNode | undefined {
  if (/identifier$|^name$|^constant$/.test(node.type) && node.namedChildCount === 0) {
    return node;
  }
  const inner =
    field(node, 'property') ?? field(node, 'attribute') ?? field(node, 'field') ?? field(node, 'name');
  return inner === undefined ? undefined : lastIdentifier(inner);
}
