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
  const ownNames = assignedNames(subject.code);
  const known = facts.filter(({ name }) => names.has(name));
  const knownNames = new Set(known.map(({ name }) => name));
  const inFile = subject.symbols.filter(
    (symbol) =>
      names.has(symbol.name) &&
      !ownNames.has(symbol.name) &&
      !knownNames.has(symbol.name) &&
      isElsewhere(symbol, subject),
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

/** Variables, which are not what has their name elsewhere in the file. */
function assignedNames(code: string): ReadonlySet<string> {
  const assignment = /^\s*(?:(?:const|let|var|auto)\s+)?([\p{L}_$][\p{L}\p{N}_$]*)\s*(?::=|=(?![=>]))/gmu;
  return new Set([...code.matchAll(assignment)].map(([, name = '']) => name));
}

/** The import statements, each on one line; the languages' keywords are told apart by their form alone. */
function importsOf(text: string): string[] {
  const head = text.slice(0, 20_000);
  const joined = head.replace(/^(?:import\b[^;({\n]*\{[^}]*\}|from\b[^;(\n]*\([^)]*\))/gm, (statement) =>
    statement.replace(/\s+/g, ' '),
  );
  const statement =
    /^\s*(import\b|from\s+\S+\s+import\b|use\s|using\s|#include\b|(const|let|var)\s.*\brequire\()/;
  const isGo = /^import \($/m.test(head);
  return joined
    .split(/\r?\n/)
    .filter((line) => statement.test(line) || (isGo && goImport.test(line)))
    .map((line) => line.trim());
}

/** A line of Go's import block, and a statement for one package. */
const goImport = /^\s*(import\s+)?([\w.]+\s+)?"[\w.~/-]+"$/;

function usesAny(line: string, names: ReadonlySet<string>): boolean {
  const words = namesPart(line).match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
  return words.some((word) => names.has(word) && !importKeywords.has(word));
}

/** What of an import is in scope: neither a module's path nor the packages around a name. */
function namesPart(line: string): string {
  if (line.startsWith('#') || goImport.test(line)) {
    return line.replace(/["<](?:.*\/)?([^">/]+)[">]/, '$1');
  }
  return line
    .replace(/(["'`]).*?\1/g, '')
    .replace(/^from\s+\S+/, '')
    .replace(/[\p{L}\p{N}_]+(?:\.|::|\\)(?=[\p{L}_{*])/gu, '');
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
