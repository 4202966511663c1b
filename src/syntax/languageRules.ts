import type { SyntaxNode } from './parser';
import type { Parameter, SymbolKind } from './symbol';

/** What one language's grammar calls things. One object for each family, in `languages/`. */
export interface LanguageRules {
  /** Nodes that may declare a symbol. */
  readonly symbolTypes: readonly string[];
  /** What `node` (of one of `symbolTypes`) declares; undefined when it declares nothing worth naming. */
  readonly declare: (node: SyntaxNode) => Declaration | undefined;
  readonly behaviour: BehaviourRules;
}

export interface Declaration {
  readonly name: string;
  readonly kind: SymbolKind;
  /** The outermost node that belongs to the declaration: `export`, decorated definition, template. */
  readonly outer: SyntaxNode;
  /** Where the head begins when decorators or annotations stand before it inside `outer`. */
  readonly head?: SyntaxNode;
  /** Where decorators begin when they are siblings before `outer` and not part of it. */
  readonly first?: SyntaxNode;
  readonly body?: SyntaxNode;
  /** The node after which the head ends, for languages where that is not where the body begins. */
  readonly headEnd?: SyntaxNode;
  readonly container?: string;
  readonly parameters?: readonly Parameter[];
  readonly typeParameters?: readonly string[];
  readonly returnType?: string;
  readonly declaredErrors?: readonly string[];
  readonly modifiers?: readonly string[];
}

/** How a body says what it throws, returns and yields. */
export interface BehaviourRules {
  /** Nodes whose statements are not the enclosing function's own. */
  readonly nestedTypes: readonly string[];
  readonly throwTypes: readonly string[];
  /** The thrown type's name as written; undefined when the statement does not say it. */
  readonly thrownName: (node: SyntaxNode) => string | undefined;
  readonly tryTypes: readonly string[];
  /** Clauses of a `try` that catch, and names (besides the thrown one) in their heads that catch everything. */
  readonly catchTypes: readonly string[];
  readonly catchAll: RegExp;
  readonly returnTypes: readonly string[];
  readonly yieldTypes: readonly string[];
}
