import { UserError } from '../../base/errors';
import type { DocCommentPlace } from '../../syntax/docComment';
import { docCommentPlace } from '../../syntax/docComment';
import { outline, symbolAt } from '../../syntax/outline';
import type { SyntaxTree } from '../../syntax/parser';
import type { CodeSymbol } from '../../syntax/symbol';
import type { Behaviour } from '../../syntax/behaviour';
import { behaviourOf } from '../../syntax/behaviour';
import type { DocumentationTarget } from './types';

/** A symbol to document, with what its comment needs to know of the tree. */
export interface Target {
  readonly symbol: CodeSymbol;
  readonly behaviour: Behaviour;
  readonly place: DocCommentPlace;
}

const callableKinds: ReadonlySet<string> = new Set(['function', 'method', 'constructor', 'getter', 'setter']);

/** The symbols that `wanted` means. Throws `UserError` `no-symbol` when it means none. */
export function findTargets(tree: SyntaxTree, wanted: DocumentationTarget): Target[] {
  const symbols = outline(tree);
  const chosen = chooseSymbols(tree, symbols, wanted);
  if (chosen.length === 0 && wanted.kind !== 'file') {
    throw new UserError(
      'no-symbol',
      'There is no function, class or other symbol here to document.',
      'Place the cursor in a function or class, or select one.',
    );
  }
  const targets = chosen.map((symbol) => ({
    symbol,
    behaviour: behaviourOf(tree, symbol),
    place: docCommentPlace(tree, symbol),
  }));
  return wanted.kind === 'file' ? targets.filter(({ place }) => place.existing === undefined) : targets;
}

function chooseSymbols(
  tree: SyntaxTree,
  symbols: readonly CodeSymbol[],
  wanted: DocumentationTarget,
): CodeSymbol[] {
  switch (wanted.kind) {
    case 'symbol': {
      const symbol = symbolNear(tree, symbols, wanted.offset);
      return symbol === undefined ? [] : [symbol];
    }
    case 'selection': {
      const { start, end } = wanted.range;
      const inside = symbols.filter(
        ({ range, signatureRange }) => signatureRange.start >= start && range.start < end,
      );
      const around = symbolNear(tree, symbols, start);
      const chosen = inside.length > 0 || around === undefined ? inside : [around];
      return withoutRepeats(tree, chosen);
    }
    case 'file':
      return withoutRepeats(
        tree,
        symbols.filter((symbol) => !isLocal(symbol, symbols)),
      );
    default:
      return wanted satisfies never;
  }
}

/** The cursor may also stand in the comment above a symbol, or in front of it on its line. */
function symbolNear(
  tree: SyntaxTree,
  symbols: readonly CodeSymbol[],
  offset: number,
): CodeSymbol | undefined {
  const after = symbols.find((symbol) => {
    if (symbol.range.start < offset) {
      return false;
    }
    const start = docCommentPlace(tree, symbol).existing?.start ?? symbol.range.start;
    return (
      start <= offset ||
      (tree.text.slice(offset, start).trim() === '' && !tree.text.slice(offset, start).includes('\n'))
    );
  });
  return after ?? symbolAt(symbols, offset);
}

/** Inside a function: nobody outside can call it. */
function isLocal(symbol: CodeSymbol, symbols: readonly CodeSymbol[]): boolean {
  return symbols.some(
    (other) =>
      callableKinds.has(other.kind) &&
      other.bodyRange !== undefined &&
      other.bodyRange.start <= symbol.range.start &&
      symbol.range.end <= other.bodyRange.end &&
      other !== symbol,
  );
}

/**
 * A declaration that others speak for gets no comment: the implementation after TypeScript's overload signatures,
 * Python's `@overload` stubs, a property's setter.
 */
function withoutRepeats(tree: SyntaxTree, symbols: readonly CodeSymbol[]): CodeSymbol[] {
  return symbols.filter((symbol, index) => {
    const previous = symbols[index - 1];
    const isImplementation =
      tree.languageId.startsWith('typescript') &&
      symbol.bodyRange !== undefined &&
      callableKinds.has(symbol.kind) &&
      previous?.name === symbol.name &&
      previous.bodyRange === undefined &&
      previous.kind === symbol.kind;
    const isStub = symbol.modifiers.some((modifier) => /(^|\.)overload$/.test(modifier));
    const isPythonSetter = tree.languageId === 'python' && symbol.kind === 'setter';
    return !isImplementation && !isStub && !isPythonSetter;
  });
}
