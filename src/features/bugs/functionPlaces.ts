import type { TextRange } from '../../base/textRange';
import { codeNodes } from '../../syntax/codeNodes';
import { outermostFunctions } from '../../syntax/functionNodes';
import type { SyntaxNode, SyntaxTree } from '../../syntax/parser';
import { withTree } from '../../syntax/parser';
import type { LanguageFamily, SlipEdit } from './candidates/edit';
import { languageFamily } from './candidates/edit';
import { enumerateEdits } from './candidates/enumerate';
import { createGate } from './gates';
import { cutPassages, textOf, type Passage } from './scoring/passage';
import type { BugModel, BugRequest } from './types';

/** A function of more characters is a module in disguise: those inside it are read instead. */
export const maxFunctionCharacters = 12_000;

/** A function with what could be doubted in it, less what is on lines that are to be skipped. */
export interface FunctionPlace {
  readonly name: string | undefined;
  readonly range: TextRange;
  readonly edits: readonly SlipEdit[];
  readonly lines: readonly CodeLine[];
}

/** A line that holds code. */
export interface CodeLine {
  /** Without the white space around it. */
  readonly range: TextRange;
  readonly text: string;
}

/** The functions that the request's ranges touch; empty in a language that is not read. */
export async function functionsOf(request: BugRequest): Promise<readonly FunctionPlace[]> {
  const family = languageFamily(request.languageId);
  if (family === undefined) {
    return [];
  }
  const places = await withTree(request.languageId, request.text, (tree) => placesIn(tree, family, request));
  return places ?? [];
}

/** What the model is to read of `judged`, a part of `place`, with the edits that nothing in the text speaks against. */
export function* passagesOf(
  place: FunctionPlace,
  judged: TextRange,
  request: BugRequest,
  { tokenizer }: BugModel,
): Generator<{ readonly passage: Passage; readonly edits: readonly SlipEdit[] }> {
  for (const passage of cutPassages(request, place.range, judged, tokenizer)) {
    const drop = createGate(request.text, textOf(passage));
    yield { passage, edits: place.edits.filter((edit) => drop(edit) === undefined) };
  }
}

function placesIn(tree: SyntaxTree, family: LanguageFamily, request: BugRequest): FunctionPlace[] {
  const { text, ranges, linesToSkip } = request;
  const lineOf = lineNumbers(text);
  const isWanted = ({ range }: { readonly range: TextRange }) => !linesToSkip.has(lineOf(range.start));
  return outermostFunctions(tree, ranges, maxFunctionCharacters)
    .filter(({ node }) => !node.hasError)
    .map(({ node, name }) => ({
      name,
      range: { start: node.startIndex, end: node.endIndex },
      edits: enumerateEdits(family, text, node).filter(isWanted),
      lines: codeLines(text, node).filter(isWanted),
    }));
}

function codeLines(text: string, node: SyntaxNode): CodeLine[] {
  const starts = new Set(codeNodes(node).map((code) => text.lastIndexOf('\n', code.node.startIndex - 1) + 1));
  return [...starts]
    .sort((a, b) => a - b)
    .flatMap((lineStart) => {
      const lineEnd = text.indexOf('\n', lineStart);
      const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
      const start = lineStart + line.length - line.trimStart().length;
      const code = line.trim();
      return /\w/.test(code) ? [{ range: { start, end: start + code.length }, text: code }] : [];
    });
}

/** Zero-based line numbers of offsets. */
function lineNumbers(text: string): (offset: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => starts.findLastIndex((start) => start <= offset);
}
