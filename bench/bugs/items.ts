import type { TextRange } from '../../src/base/textRange';
import { outermostFunctions } from '../../src/syntax/functionNodes';
import { withTree } from '../../src/syntax/parser';

/** A function of a real project, with the text around it. */
export interface FunctionItem {
  readonly id: string;
  readonly project: string;
  readonly language: 'javascript' | 'typescript' | 'python' | 'java';
  readonly path: string;
  readonly imports: string;
  readonly context_before: string;
  readonly context_after: string;
  readonly code_lines: number;
}

export interface CleanItem extends FunctionItem {
  readonly stratum: 'stable' | 'new2025';
  readonly code: string;
}

export interface BugItem extends FunctionItem {
  readonly kind: 'replace' | 'insert' | 'delete';
  readonly edit_kind: string;
  readonly single_edit: boolean;
  readonly post2025: boolean;
  readonly code_before: string;
  readonly code_after: string;
  /** From 1, in `code_before` and `code_after`. */
  readonly buggy_lines: readonly number[];
  readonly fixed_lines: readonly number[];
}

export interface FileText {
  readonly languageId: string;
  readonly text: string;
  /** Where the item's code stands in `text`. */
  readonly range: TextRange;
}

/**
 * A file that holds `code` where it stood, as far as the item's context goes. The context begins and ends anywhere,
 * so that lines at its ends are left out, and a class put around it, until the code parses as a function. Undefined
 * when it does not even alone.
 */
export async function fileOf(item: FunctionItem, code: string): Promise<FileText | undefined> {
  const languageId = languageIdOf(item);
  for (const [opening, before, after, closing] of surroundings(item)) {
    const start = opening.length + before.length;
    const text = opening + before + code + '\n' + after + closing;
    const range = { start, end: start + code.length };
    if (await holdsFunction(languageId, text, range)) {
      return { languageId, text, range };
    }
  }
  return undefined;
}

function languageIdOf({ language, path }: FunctionItem): string {
  const isReact = /\.[jt]sx$/.test(path);
  return isReact ? `${language}react` : language;
}

type Surroundings = readonly [opening: string, before: string, after: string, closing: string];

function surroundings({ imports, context_before, context_after, language }: FunctionItem): Surroundings[] {
  const importText = imports === '' ? '' : `${imports.replace(/^\s+/gm, '')}\n\n`;
  const above =
    context_before.endsWith('\n') || context_before === '' ? context_before : `${context_before}\n`;
  const cuts = cutPoints(above);
  const classOpening = language === 'python' ? 'class Context:\n' : 'class Context {\n';
  const classClosing = language === 'python' ? '' : '\n}\n';
  return [...cuts, above.length].flatMap((cut) => {
    const before = above.slice(cut);
    return [context_after, ''].flatMap((after): Surroundings[] => [
      [importText, before, after, '\n'],
      [importText + classOpening, before, after, classClosing],
    ]);
  });
}

/** Offsets after blank lines, the first ones. */
function cutPoints(text: string): number[] {
  return [0, ...[...text.matchAll(/\n[ \t]*\n/g)].map((match) => match.index + match[0].length)].slice(0, 12);
}

async function holdsFunction(languageId: string, text: string, range: TextRange): Promise<boolean> {
  const found = await withTree(languageId, text, (tree) =>
    outermostFunctions(tree, [range], Infinity).some(
      ({ node }) =>
        !node.hasError &&
        node.startIndex < range.start + (range.end - range.start) / 4 + 40 &&
        node.endIndex >= range.end - 3 &&
        node.startIndex >= range.start - 3 &&
        node.endIndex <= range.end + 3,
    ),
  );
  return found === true;
}
