import type { TextRange } from '../base/textRange';

export type SymbolKind =
  | 'function'
  | 'method'
  | 'constructor'
  | 'getter'
  | 'setter'
  | 'class'
  | 'interface'
  | 'struct'
  | 'enum'
  | 'type'
  | 'module';

/** A declaration in a file, as plain data: nothing of it refers to the syntax tree. */
export interface CodeSymbol {
  /** As written; a method that a class defines out of line keeps only its last name. */
  readonly name: string;
  readonly kind: SymbolKind;
  /** Names of the enclosing symbols, outermost first; for Go and C++ also the receiver's type or scope. */
  readonly container: readonly string[];
  /** The whole declaration, with decorators, annotations, attributes and `export`, without its comment. */
  readonly range: TextRange;
  /** From the first modifier or keyword (after decorators) to the end of the head. */
  readonly signatureRange: TextRange;
  /** The text of `signatureRange` on one line, without the brace or colon that opens the body. */
  readonly signature: string;
  /** With its braces where the language has them. Absent for declarations without a body. */
  readonly bodyRange: TextRange | undefined;
  readonly parameters: readonly Parameter[];
  readonly typeParameters: readonly string[];
  readonly returnType: string | undefined;
  /** What the signature says is thrown (Java's `throws`). */
  readonly declaredErrors: readonly string[];
  readonly modifiers: readonly string[];
}

/** A parameter that a caller passes. Receivers (`self`, `this`) are not parameters. */
export interface Parameter {
  /** Empty for a destructured or unnamed parameter. */
  readonly name: string;
  readonly form: ParameterForm;
  readonly type: string | undefined;
  readonly defaultValue: string | undefined;
  readonly optional: boolean;
  /** Properties that a destructuring pattern takes out of the argument. */
  readonly members: readonly ParameterMember[];
}

export interface ParameterMember {
  readonly name: string;
  readonly defaultValue: string | undefined;
}

export type ParameterForm =
  | 'plain'
  | 'positional-only'
  | 'keyword-only'
  | 'rest'
  | 'keyword-rest'
  | 'block'
  | 'object-pattern'
  | 'array-pattern'
  | 'unnamed';
