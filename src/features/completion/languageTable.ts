import {
  beginOpener,
  coffeeScriptOpener,
  colonOpener,
  fortranOpener,
  functionalOpener,
  matlabOpener,
  pythonOpener,
  visualBasicOpener,
  wordOpener,
  yamlOpener,
} from './blockOpeners';
import { plain, type LanguageSyntax } from './languageSyntax';

const quotes = ['"', "'"];
const slashBlock = ['/*', '*/'] as const;
const markupBlock = ['<!--', '-->'] as const;

/** A quote after which, less what is escaped, the next character but one is a quote: not `'a`, which is a lifetime or a type. */
const character = /'(?:\\.|[^\\'\n])'/;
const escaped = /\\./;
/** In these a comment begins at the start of a word only: `a;b` and `$#` are values. */
const insideWord = /[^\s"'#;][#;]/;
/**
 * A regular expression, which stands where a value can begin; `a / b` does not. One in which the line ends is none. Its
 * length and that of the white space before it are limited, so that no text is looked at again and again.
 */
const regularExpression = new RegExp(
  String.raw`\/(?![*/])(?<=(?:[=(,:;!&|?{[]|=>|\b(?:return|typeof|case|in|of|yield|await))\s{0,40}\/)` +
    String.raw`(?:\\.|\[(?:\\.|[^\]\\\n]){0,99}\]|[^/\\\n[]){1,300}\/`,
);

const cLike: LanguageSyntax = {
  ...plain,
  lineComments: ['//'],
  blockComments: [slashBlock],
  strings: quotes,
};
const hashLike: LanguageSyntax = { ...plain, lineComments: ['#'], strings: quotes };
const withTextBlocks: LanguageSyntax = { ...cLike, longStrings: ['"""'] };
const markup: LanguageSyntax = { ...plain, blockComments: [markupBlock] };
const python: LanguageSyntax = {
  ...hashLike,
  longStrings: ['"""', "'''"],
  blocks: 'indentation',
  opener: pythonOpener,
};
const words: LanguageSyntax = {
  ...hashLike,
  blocks: 'words',
  opener: wordOpener,
  closers: ['end', 'fi', 'done', 'esac'],
};
const shell: LanguageSyntax = { ...words, literal: insideWord };
const ruby: LanguageSyntax = { ...words, blockComments: [['=begin', '=end']] };
const yaml: LanguageSyntax = {
  ...hashLike,
  literal: insideWord,
  blocks: 'indentation',
  opener: yamlOpener,
};
const ini: LanguageSyntax = { ...plain, lineComments: ['#', ';'], literal: insideWord };
const lisp: LanguageSyntax = { ...plain, lineComments: [';'], longStrings: ['"'], literal: escaped };
const functional: LanguageSyntax = {
  ...plain,
  longStrings: ['"'],
  literal: character,
  blocks: 'indentation',
  opener: functionalOpener,
};
const haskell: LanguageSyntax = { ...functional, lineComments: ['--'], blockComments: [['{-', '-}']] };
const pascal: LanguageSyntax = {
  ...plain,
  lineComments: ['//'],
  blockComments: [
    ['{', '}'],
    ['(*', '*)'],
  ],
  strings: ["'"],
  blocks: 'words',
  opener: beginOpener,
  closers: ['end', 'until'],
};
const ada: LanguageSyntax = {
  ...plain,
  lineComments: ['--'],
  strings: ['"'],
  literal: character,
  blocks: 'words',
  opener: beginOpener,
  closers: ['end'],
};
const tex: LanguageSyntax = { ...plain, lineComments: ['%'], literal: escaped };

/** JavaScript's syntax, which scripts of other languages have too. */
export const javaScript: LanguageSyntax = { ...cLike, longStrings: ['`'], literal: regularExpression };
/** The syntax of style sheets, which those in other languages have too. */
export const css: LanguageSyntax = { ...plain, blockComments: [slashBlock], strings: quotes };

/** By syntax: VS Code's own language identifiers, then those of common extensions. */
const languages: readonly (readonly [LanguageSyntax, string])[] = [
  [javaScript, 'javascript javascriptreact typescript typescriptreact'],
  [cLike, 'c cpp csharp objective-c objective-cpp cuda-cpp hlsl shaderlab sass scss less jsonc snippets'],
  [
    cLike,
    'arduino apex bicep cypher glsl jsonnet kusto metal openscad prisma proto proto3 protobuf rescript reason solidity',
  ],
  [{ ...cLike, strings: ['"'] }, 'stylus systemverilog verilog wgsl'],
  [withTextBlocks, 'dart groovy java swift kotlin scala'],
  [{ ...cLike, rawStrings: ['`'] }, 'd go v odin'],
  [{ ...cLike, strings: [], longStrings: ['"'], literal: character }, 'rust gleam move'],
  [{ ...cLike, lineComments: ['//', '#'] }, 'php hack'],
  [{ ...plain, lineComments: ['//'], strings: ['"'], literal: character }, 'zig'],
  [css, 'css'],
  [markup, 'html vue vue-html svelte markdown xml xsl svg astro mdx'],
  [{ ...plain, blockComments: [['@*', '*@'], markupBlock] }, 'razor aspnetcorerazor'],
  [
    { ...plain, blockComments: [['{{!--', '--}}'], ['{{!', '}}'], ['{{--', '--}}'], markupBlock] },
    'handlebars blade',
  ],
  [{ ...plain, blockComments: [['{#', '#}'], markupBlock] }, 'jinja jinja-html django-html twig nunjucks'],
  [
    { ...plain, blockComments: [['<%#', '%>'], ['<%--', '--%>'], markupBlock] },
    'erb ejs html-eex phoenix-heex',
  ],
  [{ ...plain, lineComments: ['//'] }, 'jade pug asciidoc'],
  [{ ...plain, lineComments: ['-#'] }, 'haml'],
  [python, 'python gdscript starlark bazel cython mojo'],
  [{ ...python, opener: colonOpener, blockComments: [['#[', ']#']] }, 'nim'],
  [yaml, 'yaml dockercompose github-actions-workflow home-assistant'],
  [{ ...hashLike, longStrings: ['"""', "'''"] }, 'toml'],
  [shell, 'shellscript makefile dockerfile fish just'],
  [ini, 'ini properties dotenv editorconfig systemd-unit-file'],
  [{ ...plain, lineComments: ['#'] }, 'ignore git-commit git-rebase apacheconf nginx'],
  [{ ...hashLike, literal: insideWord }, 'awk perl perl6 raku tcl'],
  [hashLike, 'r rego sparql'],
  [{ ...hashLike, blockComments: [['<#', '#>']] }, 'powershell'],
  [
    {
      ...hashLike,
      longStrings: ['"""', "'''"],
      blockComments: [['###', '###']],
      blocks: 'indentation',
      opener: coffeeScriptOpener,
    },
    'coffeescript',
  ],
  [ruby, 'ruby crystal'],
  [{ ...words, lineComments: ['--'], blockComments: [['--[[', ']]']] }, 'lua luau'],
  [{ ...words, longStrings: ['"""'] }, 'elixir'],
  [{ ...words, strings: ['"'], longStrings: ['"""'], blockComments: [['#=', '=#']] }, 'julia'],
  [{ ...plain, strings: ['"'] }, 'json jsonl'],
  [
    { ...plain, lineComments: ['--'], blockComments: [slashBlock], strings: ["'"] },
    'sql mssql mysql pgsql postgres plsql snowflake-sql',
  ],
  [{ ...hashLike, strings: ['"'], blockComments: [slashBlock] }, 'terraform terraform-vars opentofu hcl'],
  [{ ...hashLike, strings: ['"'], longStrings: ['"""'] }, 'graphql'],
  [{ ...plain, lineComments: ['#'], blockComments: [slashBlock], strings: ['"'], rawStrings: ["''"] }, 'nix'],
  [{ ...plain, lineComments: ['//', '#'], blockComments: [slashBlock], strings: quotes }, 'thrift'],
  [{ ...plain, lineComments: ['#'], blockComments: [['#[[', ']]']], strings: ['"'] }, 'cmake'],
  [
    { ...functional, lineComments: ['//'], blockComments: [['(*', '*)']], longStrings: ['"""', '"'] },
    'fsharp',
  ],
  [{ ...functional, blockComments: [['(*', '*)']] }, 'ocaml sml coq'],
  [haskell, 'haskell elm purescript idris agda dhall'],
  [{ ...functional, lineComments: ['--'], blockComments: [['/-', '-/']] }, 'lean lean4'],
  [{ ...functional, lineComments: ['%'], literal: /\$(?:\\.|.)/ }, 'erlang'],
  [lisp, 'clojure'],
  [{ ...lisp, blockComments: [['#|', '|#']] }, 'commonlisp emacs-lisp lisp racket scheme'],
  [{ ...plain, lineComments: ['::', 'rem', 'REM', 'Rem'], literal: /\S::/, opener: /[({]$/ }, 'bat'],
  [
    {
      ...plain,
      lineComments: ["'", 'REM', 'Rem'],
      strings: ['"'],
      blocks: 'words',
      opener: visualBasicOpener,
      closers: ['end', 'next', 'loop', 'wend'],
    },
    'vb',
  ],
  [pascal, 'pascal objectpascal'],
  [ada, 'ada vhdl'],
  [
    {
      ...plain,
      lineComments: ['!'],
      strings: quotes,
      blocks: 'words',
      opener: fortranOpener,
      closers: ['end'],
    },
    'fortran FortranFreeForm fortran-modern',
  ],
  [
    {
      ...plain,
      lineComments: ['%'],
      strings: ['"'],
      blocks: 'words',
      opener: matlabOpener,
      closers: ['end'],
    },
    'matlab octave',
  ],
  [tex, 'latex tex bibtex'],
  [{ ...plain, lineComments: ['//'], blockComments: [slashBlock], strings: ['"'] }, 'typst'],
  [{ ...plain, lineComments: [';'], strings: quotes }, 'asm nasm asm-intel-x86-generic'],
];

export const syntaxByLanguage: ReadonlyMap<string, LanguageSyntax> = new Map(
  languages.flatMap(([syntax, ids]) => ids.split(' ').map((id) => [id, syntax] as const)),
);
