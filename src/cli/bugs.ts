import { UserError } from '../base/errors';
import { languageFamily } from '../features/bugs/candidates/edit';
import { reviewCode } from '../features/bugs/review';
import type { BugFinding } from '../features/bugs/types';
import { describeLikelihood } from '../shared/likelihood';
import { languageIdOf } from './languages';
import { parseLines, readLines } from './location';
import { readText } from './sourceText';
import { printLine, remark, styled } from './terminal';
import { withModel } from './withModel';

/** `bugs FILE` or `bugs FILE:LINE`: prints the most doubtful places of all functions, or of the one on a line. */
export async function reviewFile(place: string, asJson: boolean, signal: AbortSignal): Promise<void> {
  const { path, text, range } = await readPlace(place);
  const languageId = languageIdOf(path);
  if (languageFamily(languageId) === undefined) {
    throw new UserError(
      'unsupported-language',
      `Sotto does not look for bugs in ${path}.`,
      'It does so in JavaScript, TypeScript, Python and Java.',
    );
  }
  const request = { languageId, fileName: path, text, ranges: [range], linesToSkip: new Set<number>() };
  const findings = await withModel(
    (model) =>
      reviewCode(
        request,
        model,
        (done, total, name) => remark(`reading ${name || 'a function'} (${done + 1} of ${total})`),
        signal,
      ),
    signal,
  );
  if (asJson) {
    printLine(
      JSON.stringify(findings.map((finding) => ({ ...finding, ...positionOf(text, finding.range) }))),
    );
  } else if (findings.length === 0) {
    printLine('The model doubts nothing there.');
  } else {
    findings.forEach((finding) => printFinding(path, text, finding));
  }
}

async function readPlace(place: string): Promise<{
  readonly path: string;
  readonly text: string;
  readonly range: { readonly start: number; readonly end: number };
}> {
  if (!/:\d+(-\d+)?$/.test(place)) {
    const text = await readText(place);
    return { path: place, text, range: { start: 0, end: text.length } };
  }
  const lines = parseLines(place);
  return { path: lines.path, ...(await readLines(lines)) };
}

function printFinding(path: string, text: string, { range, kind, edit }: BugFinding): void {
  const { line, column, lineText } = positionOf(text, range);
  const what = edit === undefined ? 'nothing likelier found' : describeLikelihood(edit.logRatioNats);
  printLine(`${styled('bold', `${path}:${line}:${column}`)} ${kind}, ${what}`);
  if (edit === undefined) {
    printLine(`  ${lineText}`);
    return;
  }
  const start = column - 1;
  const changed = lineText.slice(0, start) + edit.expected + lineText.slice(start + edit.found.length);
  printLine(styled('red', `- ${lineText}`));
  printLine(styled('green', `+ ${changed}`));
}

interface Position {
  /** From 1, as editors and compilers print them. */
  readonly line: number;
  readonly column: number;
  readonly lineText: string;
}

function positionOf(text: string, range: BugFinding['range']): Position {
  const lineStart = text.lastIndexOf('\n', range.start - 1) + 1;
  const lineEnd = text.indexOf('\n', range.start);
  return {
    line: text.slice(0, lineStart).split('\n').length,
    column: range.start - lineStart + 1,
    lineText: text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd),
  };
}
