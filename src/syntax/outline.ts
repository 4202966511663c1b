import type { Declaration, LanguageRules } from './languageRules';
import { cRules } from './languages/c';
import { csharpRules } from './languages/csharp';
import { goRules } from './languages/go';
import { javaRules } from './languages/java';
import { javascriptRules } from './languages/javascript';
import { phpRules } from './languages/php';
import { pythonRules } from './languages/python';
import { rubyRules } from './languages/ruby';
import { rustRules } from './languages/rust';
import { allOfType, oneLine } from './nodes';
import type { SyntaxLanguageId, SyntaxNode, SyntaxTree } from './parser';
import { withTree } from './parser';
import type { CodeSymbol } from './symbol';

const rulesByLanguage: Readonly<Record<SyntaxLanguageId, LanguageRules>> = {
  javascript: javascriptRules,
  javascriptreact: javascriptRules,
  typescript: javascriptRules,
  typescriptreact: javascriptRules,
  python: pythonRules,
  java: javaRules,
  go: goRules,
  rust: rustRules,
  c: cRules,
  cpp: cRules,
  csharp: csharpRules,
  php: phpRules,
  ruby: rubyRules,
};

/** The symbols of a text in document order, outer before inner. Undefined for no tree: see `parse`. */
export function outlineText(languageId: string, text: string): Promise<CodeSymbol[] | undefined> {
  return withTree(languageId, text, outline);
}

/** The symbols that `tree` declares, in document order, outer before inner. */
export function outline(tree: SyntaxTree): CodeSymbol[] {
  const rules = rulesFor(tree.languageId);
  const symbols: CodeSymbol[] = [];
  const enclosing: CodeSymbol[] = [];
  for (const node of allOfType(tree.root, rules.symbolTypes)) {
    const declaration = rules.declare(node);
    if (declaration === undefined) {
      continue;
    }
    while ((enclosing.at(-1)?.range.end ?? Infinity) <= node.startIndex) {
      enclosing.pop();
    }
    const symbol = toSymbol(tree.text, node, declaration, enclosing);
    symbols.push(symbol);
    enclosing.push(symbol);
  }
  return symbols;
}

/** The innermost symbol whose declaration (or whose line of it) holds `offset`. */
export function symbolAt(symbols: readonly CodeSymbol[], offset: number): CodeSymbol | undefined {
  return symbols.findLast(({ range }) => range.start <= offset && offset <= range.end);
}

export function rulesFor(languageId: SyntaxLanguageId): LanguageRules {
  return rulesByLanguage[languageId];
}

function toSymbol(
  text: string,
  node: SyntaxNode,
  declaration: Declaration,
  enclosing: readonly CodeSymbol[],
): CodeSymbol {
  const { name, kind, outer, body } = declaration;
  const range = { start: (declaration.first ?? outer).startIndex, end: outer.endIndex };
  const headStart = (declaration.head ?? outer).startIndex;
  const headEnd = declaration.headEnd?.endIndex ?? body?.startIndex ?? node.endIndex;
  const signatureEnd = headStart + trimHead(text.slice(headStart, headEnd)).length;
  const scope = declaration.container === undefined ? [] : [declaration.container];
  return {
    name,
    kind,
    container: [...enclosing.map((symbol) => symbol.name), ...scope],
    range,
    signatureRange: { start: headStart, end: signatureEnd },
    signature: oneLine(text.slice(headStart, signatureEnd)) ?? '',
    bodyRange: body === undefined ? undefined : { start: body.startIndex, end: body.endIndex },
    parameters: declaration.parameters ?? [],
    typeParameters: declaration.typeParameters ?? [],
    returnType: declaration.returnType,
    declaredErrors: declaration.declaredErrors ?? [],
    modifiers: declaration.modifiers ?? [],
  };
}

/** Drops what only leads over to the body. */
function trimHead(head: string): string {
  return head.replace(/(\s|[{;]|=>|=)+$/, '');
}
