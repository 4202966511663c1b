/**
 * Source text in, syntax tree out. The only file that loads tree-sitter: runtime and grammars both come from
 * @vscode/tree-sitter-wasm, so that they fit each other, and are loaded once, when first asked for.
 */
import type { Node, Parser } from '@vscode/tree-sitter-wasm';
import treeSitter from '@vscode/tree-sitter-wasm';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Disposable } from '../base/disposables';

export type SyntaxNode = Node;

/** A parsed text. Holds memory outside the JavaScript heap until disposed: prefer `withTree`. */
export interface SyntaxTree extends Disposable {
  readonly languageId: SyntaxLanguageId;
  readonly text: string;
  /** Offsets of nodes are UTF-16 offsets in `text`. */
  readonly root: SyntaxNode;
  /** True when some of the text could not be understood; the rest of the tree is still good. */
  readonly hasError: boolean;
}

/** A generated file can have any size; beyond this, parsing takes seconds and the tree hundreds of megabytes. */
export const maxParsedCharacters = 2_000_000;
/** Error recovery in text that is not code at all can take far longer than parsing. */
const parseTimeoutMs = 3_000;

/** VS Code's language ids that we can parse, with the name of the grammar for each. */
const grammarNames = {
  javascript: 'javascript',
  javascriptreact: 'javascript',
  typescript: 'typescript',
  typescriptreact: 'tsx',
  python: 'python',
  java: 'java',
  go: 'go',
  rust: 'rust',
  // The C++ grammar is a superset of C's, and there is no other.
  c: 'cpp',
  cpp: 'cpp',
  csharp: 'c-sharp',
  php: 'php',
  ruby: 'ruby',
} as const;

export type SyntaxLanguageId = keyof typeof grammarNames;

const parsers = new Map<string, Promise<Parser>>();

export function isSyntaxLanguage(languageId: string): languageId is SyntaxLanguageId {
  return Object.hasOwn(grammarNames, languageId);
}

/**
 * The tree of `text`, or undefined when the language is not known, the text is longer than
 * `maxParsedCharacters`, or parsing takes too long. Never throws for any text.
 */
export async function parse(languageId: string, text: string): Promise<SyntaxTree | undefined> {
  if (!isSyntaxLanguage(languageId) || text.length > maxParsedCharacters) {
    return undefined;
  }
  const parser = await loadParser(grammarNames[languageId]);
  const deadline = performance.now() + parseTimeoutMs;
  const tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadline });
  if (tree === null) {
    // Without this the next parse would resume the one that was given up.
    parser.reset();
    return undefined;
  }
  return {
    languageId,
    text,
    root: tree.rootNode,
    hasError: tree.rootNode.hasError,
    dispose: () => tree.delete(),
  };
}

/** Parses, hands the tree to `use`, and disposes it. Undefined when there is no tree: see `parse`. */
export async function withTree<Result>(
  languageId: string,
  text: string,
  use: (tree: SyntaxTree) => Result,
): Promise<Result | undefined> {
  const tree = await parse(languageId, text);
  if (tree === undefined) {
    return undefined;
  }
  try {
    return use(tree);
  } finally {
    tree.dispose();
  }
}

function loadParser(grammarName: string): Promise<Parser> {
  let parser = parsers.get(grammarName);
  if (parser === undefined) {
    parser = createParser(grammarName);
    parsers.set(grammarName, parser);
  }
  return parser;
}

async function createParser(grammarName: string): Promise<Parser> {
  const folder = dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'));
  await initializeRuntime(folder);
  const language = await treeSitter.Language.load(join(folder, `tree-sitter-${grammarName}.wasm`));
  return new treeSitter.Parser().setLanguage(language);
}

let runtime: Promise<void> | undefined;

function initializeRuntime(folder: string): Promise<void> {
  runtime ??= treeSitter.Parser.init({ locateFile: (file) => join(folder, file) });
  return runtime;
}
