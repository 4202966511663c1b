/** As much of a language's syntax as the completion pipeline needs: no grammar, only delimiters. */
export interface LanguageSyntax {
  /** One that begins with a letter, as `REM` does, counts where a word begins. */
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [open: string, close: string])[];
  /** Delimiters of strings that end with their line at the latest. */
  readonly strings: readonly string[];
  /** Delimiters of strings that may span lines. */
  readonly longStrings: readonly string[];
  /** Delimiters of strings that may span lines and know no escapes. */
  readonly rawStrings: readonly string[];
  /** What holds a delimiter that is none: a character, a regular expression. Nothing in it may match in two ways. */
  readonly literal: RegExp | undefined;
  /** How a block shows its end: by a bracket, by indentation, or by one of `closers`. */
  readonly blocks: 'braces' | 'indentation' | 'words';
  /** Matches a line, less the white space at its end, below which a block begins. */
  readonly opener: RegExp;
  /** Words, in lower case, that end a block and stand as deep as the line that opened it. */
  readonly closers: readonly string[];
}

/** A language without comments and strings. */
export const plain: LanguageSyntax = {
  lineComments: [],
  blockComments: [],
  strings: [],
  longStrings: [],
  rawStrings: [],
  literal: undefined,
  blocks: 'braces',
  opener: /\{$/,
  closers: [],
};
