import { UserError } from '../../base/errors';
import type { DocCommentPlace } from '../../syntax/docComment';
import { docCommentPlace } from '../../syntax/docComment';
import type { FileCommentPlace } from '../../syntax/fileComment';
import { fileCommentPlace } from '../../syntax/fileComment';
import { outline, symbolAt } from '../../syntax/outline';
import type { SyntaxTree } from '../../syntax/parser';
import type { CodeSymbol } from '../../syntax/symbol';
import type { Behaviour } from '../../syntax/behaviour';
import { behaviourOf } from '../../syntax/behaviour';
import type { FileFacts } from './comment/fileLayout';
import type { DocumentationTarget } from './types';

/** Writing more comments than this takes minutes, and nobody reads them before they are inserted. */
const MAX_FILE_SYMBOLS = 100;

export interface FoundTargets {
  readonly targets: readonly Target[];
  /** Symbols of the file without a comment that are left for another time. */
  readonly leftCount: number;
}

export type Target = SymbolTarget | FileTarget;

/** A symbol to document, with what its comment needs to know of the tree. */
export interface SymbolTarget {
  readonly kind: 'symbol';
  readonly symbol: CodeSymbol;
  readonly behaviour: Behaviour;
  readonly place: DocCommentPlace;
}

/** The file as a whole. */
export interface FileTarget {
  readonly kind: 'file';
  readonly facts: FileFacts;
  readonly place: FileCommentPlace;
}

const callableKinds: ReadonlySet<string> = new Set(['function', 'method', 'constructor', 'getter', 'setter']);

/**
 * What `wanted` means: symbols, or, for a place outside of all, the file where the language documents files. Throws
 * `UserError` `no-symbol` when it means nothing. `fileName` is the file's name without folders.
 */
export function findTargets(tree: SyntaxTree, wanted: DocumentationTarget, fileName?: string): FoundTargets {
  const symbols = documentableSymbols(tree);
  const chosen = chooseSymbols(tree, symbols, wanted);
  if (wanted.kind === 'file') {
    const bare = chosen.filter((symbol) => docCommentPlace(tree, symbol).existing === undefined);
    const targets = bare.slice(0, MAX_FILE_SYMBOLS).map((symbol) => symbolTarget(tree, symbol));
    return { targets, leftCount: bare.length - targets.length };
  }
  const isOutside = chosen.length === 0 && wanted.kind === 'symbol';
  const file = isOutside ? fileTarget(tree, symbols, fileName) : undefined;
  if (chosen.length === 0 && file === undefined) {
    throw noSymbol(isOutside ? tree.languageId : undefined);
  }
  return {
    targets: file === undefined ? chosen.map((symbol) => symbolTarget(tree, symbol)) : [file],
    leftCount: 0,
  };
}

/**
 * The outline without what has no place for a comment: C#'s namespaces, on which the compiler warns of one (CS1587) and
 * drops it, and what stands behind code that goes on in it.
 */
export function documentableSymbols(tree: SyntaxTree): CodeSymbol[] {
  const symbols = outline(tree).filter(({ kind }) => tree.languageId !== 'csharp' || kind !== 'module');
  // In Python the comment stands in the body.
  return tree.languageId === 'python'
    ? symbols
    : symbols.filter(({ range }) => canBreakLineAt(tree.text, range.start));
}

/** A line break behind `return` or Ruby's `memoize` would end the statement; behind `=` a comment is misplaced. */
function canBreakLineAt(text: string, offset: number): boolean {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset).replace(/\/\*.*?\*\//g, '');
  return /(^|[{}();,:]|\*\/|<\?(php)?)$/.test(before.trim());
}

/** `languageId` for a place outside of every symbol. */
function noSymbol(languageId: string | undefined): UserError {
  if (languageId === 'csharp') {
    return new UserError(
      'no-symbol',
      'C# has no documentation comment for a file or a namespace.',
      'Place the cursor in a class, interface, struct, enum or method.',
    );
  }
  if (languageId === 'java') {
    return new UserError(
      'no-symbol',
      'Java has no documentation comment for a file; that of a package stands in its package-info.java.',
      'Place the cursor in a class or method, or open package-info.java.',
    );
  }
  return new UserError(
    'no-symbol',
    'There is no function, class or other symbol here to document.',
    'Place the cursor in a function or class, or select one.',
  );
}

/** `symbol` must come from the outline of `tree`. */
export function symbolTarget(tree: SyntaxTree, symbol: CodeSymbol): SymbolTarget {
  return {
    kind: 'symbol',
    symbol,
    behaviour: behaviourOf(tree, symbol),
    place: docCommentPlace(tree, symbol),
  };
}

/** The file as a whole; undefined where its language has no comment on files. `symbols`: the outline of `tree`. */
export function fileTarget(
  tree: SyntaxTree,
  symbols: readonly CodeSymbol[],
  fileName: string | undefined,
): FileTarget | undefined {
  const place = fileCommentPlace(tree, fileName);
  return (
    place && {
      kind: 'file',
      facts: {
        fileName,
        packageName: /^package[ \t]+([\w.]+)/m.exec(tree.text)?.[1],
        // Of a method that stands outside of its class, the class.
        definedNames: [...new Set(symbols.map(({ name, container }) => container[0] ?? name))],
      },
      place,
    }
  );
}

function chooseSymbols(
  tree: SyntaxTree,
  symbols: readonly CodeSymbol[],
  wanted: DocumentationTarget,
): CodeSymbol[] {
  switch (wanted.kind) {
    case 'symbol': {
      const symbol = symbolNear(tree, symbols, wanted.offset) ?? onlyTypeBelow(tree, symbols, wanted.offset);
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

/** Above the only type of a Java file, the comment on that type is the one on the file. */
function onlyTypeBelow(
  { languageId }: SyntaxTree,
  symbols: readonly CodeSymbol[],
  offset: number,
): CodeSymbol | undefined {
  const [only, ...others] = symbols.filter(({ container }) => container.length === 0);
  const isAbove = languageId === 'java' && others.length === 0 && only !== undefined;
  return isAbove && offset < only.range.start ? only : undefined;
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
