import type { CodeSymbol } from '../../syntax/symbol';
import type { Subject } from './subject';
import type { NameFact } from './types';

/** What the model is told besides the code, each part most useful first. */
export interface Grounding {
  /** Signatures of the symbols around the code, outermost first. */
  readonly enclosing: readonly string[];
  /** Import statements whose names the code uses. */
  readonly imports: readonly string[];
  /** What is known of the functions and types that the code uses. */
  readonly definitions: readonly string[];
}

export const noGrounding: Grounding = { enclosing: [], imports: [], definitions: [] };

const maxFactCharacters = 240;

/** What the file and the editor know of the names in the code. */
export function groundSubject(text: string, subject: Subject, facts: readonly NameFact[]): Grounding {
  const names = new Set(subject.code.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  const known = facts.filter(({ name }) => names.has(name));
  const knownNames = new Set(known.map(({ name }) => name));
  const inFile = subject.symbols.filter(
    (symbol) => names.has(symbol.name) && !knownNames.has(symbol.name) && isElsewhere(symbol, subject),
  );
  return {
    enclosing: subject.enclosing.map(({ signature }) => signature),
    imports: importsOf(text).filter((line) => usesAny(line, names)),
    definitions: [
      ...known.map(({ name, text: fact }) => `${name}: ${shorten(plainText(fact))}`),
      ...inFile.map(({ signature }) => shorten(signature)),
    ].filter((line, index, all) => all.indexOf(line) === index),
  };
}

function isElsewhere({ range }: CodeSymbol, { range: own, enclosing }: Subject): boolean {
  const inside = own.start <= range.start && range.end <= own.end;
  return !inside && !enclosing.some((outer) => outer.range === range);
}

/** Statements on one line, as most are; the languages' keywords are told apart by their form alone. */
function importsOf(text: string): string[] {
  return text
    .slice(0, 20_000)
    .split(/\r?\n/)
    .filter((line) =>
      /^\s*(import\b|from\s+\S+\s+import\b|use\s|using\s|#include\b|(const|let|var)\s.*\brequire\()/.test(
        line,
      ),
    )
    .map((line) => line.trim());
}

function usesAny(line: string, names: ReadonlySet<string>): boolean {
  const words = line.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
  return words.some((word) => names.has(word) && !importKeywords.has(word));
}

const importKeywords: ReadonlySet<string> = new Set([
  ...['import', 'from', 'as', 'use', 'using', 'static', 'include', 'const', 'let', 'var', 'require', 'type'],
]);

/** Hover texts are markdown with fences and rules. */
function plainText(markdown: string): string {
  return markdown
    .replace(/^\s*```.*$/gm, '')
    .replace(/^\s*-{3,}\s*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function shorten(text: string): string {
  return text.length <= maxFactCharacters ? text : `${text.slice(0, maxFactCharacters - 1).trimEnd()}…`;
}
