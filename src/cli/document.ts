import { createTwoFilesPatch } from 'diff';
import { basename } from 'node:path';
import type { TextRange } from '../base/textRange';
import { documentSymbols } from '../features/documentation/document';
import type { DocumentationEdit } from '../features/documentation/types';
import { languageIdOf } from './languages';
import { parseLines, readLines } from './location';
import { replaceText, requireUtf8 } from './sourceText';
import { printLine, remark, styled } from './terminal';
import { withModel } from './withModel';

/** `document FILE:LINE`: prints the change for the symbol there, or for all in FILE:START-END; `write` saves it. */
export async function documentLines(place: string, write: boolean, signal: AbortSignal): Promise<void> {
  const lines = parseLines(place);
  const file = await readLines(lines);
  if (write) {
    await requireUtf8(lines.path);
  }
  const { mark, text, range } = withoutMark(file);
  const { start } = range;
  const indentEnd = start + (/^[ \t]*/.exec(text.slice(start))?.[0].length ?? 0);
  const { edits } = await withModel(
    ({ engine, tokenizer }) =>
      documentSymbols(
        {
          languageId: languageIdOf(lines.path),
          text,
          fileName: basename(lines.path),
          target:
            lines.firstLine === lines.lastLine
              ? { kind: 'symbol', offset: indentEnd }
              : { kind: 'selection', range },
          projectTexts: [],
        },
        { engine, tokenizer },
        signal,
      ),
    signal,
  );
  if (edits.length === 0) {
    remark('Every symbol there has a complete comment already.');
    return;
  }
  const changed = mark + applyEdits(text, edits);
  printPatch(lines.path, file.text, changed);
  if (write) {
    await replaceText(lines.path, file.text, changed);
    remark(`Written to ${lines.path}.`);
  }
}

/** A byte order mark apart from the text, to which it does not belong: it would pass for an indentation. */
function withoutMark({ text, range }: { readonly text: string; readonly range: TextRange }) {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const start = Math.max(0, range.start - mark.length);
  return { mark, text: text.slice(mark.length), range: { start, end: range.end - mark.length } };
}

/** As a unified diff, which `patch` and `git apply` take. */
function printPatch(path: string, before: string, after: string): void {
  const patch = createTwoFilesPatch(path, path, before, after, undefined, undefined, { context: 2 });
  const styles = { '+': 'green', '-': 'red', '@': 'cyan' } as const;
  // What stands above the two names belongs to another format.
  for (const line of patch.slice(patch.indexOf('---')).replace(/\n$/, '').split('\n')) {
    const mark = line.charAt(0);
    printLine(mark === '+' || mark === '-' || mark === '@' ? styled(styles[mark], line) : line);
  }
}

function applyEdits(text: string, edits: readonly DocumentationEdit[]): string {
  return edits.reduceRight(
    (changed, { range, newText }) => changed.slice(0, range.start) + newText + changed.slice(range.end),
    text,
  );
}
