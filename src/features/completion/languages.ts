/** As much of a language's syntax as the completion pipeline needs: no grammar, only delimiters. */
export interface LanguageSyntax {
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [open: string, close: string])[];
  /** Delimiters of strings that end with their line at the latest. */
  readonly strings: readonly string[];
  /** Delimiters of strings that may span lines. */
  readonly longStrings: readonly string[];
  /** Delimiters of strings that may span lines and know no escapes. */
  readonly rawStrings: readonly string[];
  /** How a block shows its end: by a bracket, by indentation, or by a word such as `end`. */
  readonly blocks: 'braces' | 'indentation' | 'words';
}

/** The syntax of a VS Code language identifier; of an unknown one, a syntax without comments and strings. */
export function syntaxOf(languageId: string): LanguageSyntax {
  return syntaxByLanguage.get(languageId) ?? plain;
}

const plain: LanguageSyntax = {
  lineComments: [],
  blockComments: [],
  strings: [],
  longStrings: [],
  rawStrings: [],
  blocks: 'braces',
};

const cLike: LanguageSyntax = {
  ...plain,
  lineComments: ['//'],
  blockComments: [['/*', '*/']],
  strings: ['"', "'"],
};

const hashLike: LanguageSyntax = { ...plain, lineComments: ['#'], strings: ['"', "'"] };

const javaScript: LanguageSyntax = { ...cLike, longStrings: ['`'] };
const css: LanguageSyntax = { ...plain, blockComments: [['/*', '*/']], strings: ['"', "'"] };
const markup: LanguageSyntax = { ...plain, blockComments: [['<!--', '-->']] };
const shell: LanguageSyntax = { ...hashLike, blocks: 'words' };

const syntaxByLanguage: ReadonlyMap<string, LanguageSyntax> = new Map([
  ...['c', 'cpp', 'csharp', 'objective-c', 'scss', 'less', 'jsonc'].map((id) => [id, cLike] as const),
  ...['javascript', 'javascriptreact', 'typescript', 'typescriptreact'].map(
    (id) => [id, javaScript] as const,
  ),
  ...['java', 'kotlin', 'scala', 'swift', 'dart', 'groovy'].map(
    (id) => [id, { ...cLike, longStrings: ['"""'] }] as const,
  ),
  ...['html', 'xml', 'vue', 'svelte', 'markdown'].map((id) => [id, markup] as const),
  ...['shellscript', 'makefile', 'dockerfile'].map((id) => [id, shell] as const),
  ['css', css],
  ['go', { ...cLike, rawStrings: ['`'] }],
  // A quote in Rust is more often a lifetime than a character.
  ['rust', { ...cLike, strings: [], longStrings: ['"'] }],
  ['php', { ...cLike, lineComments: ['//', '#'] }],
  ['python', { ...hashLike, longStrings: ['"""', "'''"], blocks: 'indentation' }],
  ['ruby', { ...hashLike, blockComments: [['=begin', '=end']], blocks: 'words' }],
  ['lua', { ...hashLike, lineComments: ['--'], blockComments: [['--[[', ']]']], blocks: 'words' }],
  ['elixir', { ...hashLike, longStrings: ['"""'], blocks: 'words' }],
  ['julia', { ...hashLike, strings: ['"'], longStrings: ['"""'], blocks: 'words' }],
  ['r', hashLike],
  ['perl', hashLike],
  ['powershell', { ...hashLike, blockComments: [['<#', '#>']] }],
  ['yaml', { ...hashLike, blocks: 'indentation' }],
  ['toml', { ...hashLike, longStrings: ['"""', "'''"] }],
  ['json', { ...plain, strings: ['"'] }],
  ['sql', { ...plain, lineComments: ['--'], blockComments: [['/*', '*/']], strings: ["'"] }],
]);
