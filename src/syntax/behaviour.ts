import type { TextRange } from '../base/textRange';
import type { BehaviourRules } from './languageRules';
import { allOfType, parts } from './nodes';
import { rulesFor } from './outline';
import type { SyntaxNode, SyntaxTree } from './parser';
import type { CodeSymbol, SymbolKind } from './symbol';

/** What a function's own statements do; those of functions nested in it do not count. */
export interface Behaviour {
  /** Something is returned: a `return` with a value, or a body that is an expression. */
  readonly returnsValue: boolean;
  readonly yields: boolean;
  /** Names of errors that leave the function by a `throw` or `raise` of its own, in order, once each. */
  readonly thrown: readonly string[];
}

const callableKinds: ReadonlySet<SymbolKind> = new Set([
  'function',
  'method',
  'constructor',
  'getter',
  'setter',
]);

/** `symbol` must come from the outline of `tree`; classes and the like do nothing themselves. */
export function behaviourOf(tree: SyntaxTree, symbol: CodeSymbol): Behaviour {
  const rules = rulesFor(tree.languageId).behaviour;
  const body = bodyNode(tree, symbol);
  if (body === undefined || !callableKinds.has(symbol.kind)) {
    return { returnsValue: false, yields: false, thrown: [] };
  }
  const nested = allOfType(body, rules.nestedTypes)
    .filter((node) => node.isNamed && !covers(node, body))
    .map(toRange);
  const own = (types: readonly string[]) =>
    types.length === 0
      ? []
      : allOfType(body, types).filter(
          (node) => node.isNamed && !nested.some((range) => within(toRange(node), range)),
        );
  const tries = own(rules.tryTypes);
  const thrown = own(rules.throwTypes).flatMap((node) => {
    const name = rules.thrownName(node);
    return name === undefined || isCaught(node, name, tries, rules) ? [] : [name];
  });
  return {
    returnsValue: isExpression(body) || own(rules.returnTypes).some((node) => parts(node).length > 0),
    yields: own(rules.yieldTypes).length > 0,
    thrown: [...new Set(thrown)],
  };
}

/** The largest node with exactly the body's range. */
function bodyNode(tree: SyntaxTree, { bodyRange }: CodeSymbol): SyntaxNode | undefined {
  if (bodyRange === undefined) {
    return undefined;
  }
  let node = tree.root.descendantForIndex(bodyRange.start, bodyRange.end);
  while (node?.parent && within(toRange(node.parent), bodyRange)) {
    node = node.parent;
  }
  return node ?? undefined;
}

function isExpression(body: SyntaxNode): boolean {
  return !/block|statement|body|list|clause|declaration/.test(body.type);
}

/** Thrown inside a `try` (not in its handlers) that has a handler for it. */
function isCaught(
  node: SyntaxNode,
  name: string,
  tries: readonly SyntaxNode[],
  rules: BehaviourRules,
): boolean {
  const lastName = name.split(/\.|::|\\/).at(-1) ?? name;
  return tries.some((attempt) => {
    if (!within(toRange(node), toRange(attempt))) {
      return false;
    }
    const handlers = parts(attempt).filter((child) => rules.catchTypes.includes(child.type));
    const inHandler = parts(attempt).some(
      (child) =>
        /catch|except|finally|rescue|ensure|else/.test(child.type) && within(toRange(node), toRange(child)),
    );
    return (
      !inHandler &&
      handlers.some((handler) => {
        const head = handler.text.split('\n')[0] ?? '';
        return rules.catchAll.test(handler.text.slice(0, 200)) || head.includes(lastName);
      })
    );
  });
}

function toRange(node: SyntaxNode): TextRange {
  return { start: node.startIndex, end: node.endIndex };
}

function covers(node: SyntaxNode, other: SyntaxNode): boolean {
  return within(toRange(other), toRange(node));
}

function within(inner: TextRange, outer: TextRange): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}
