import { createTwoFilesPatch } from 'diff';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { documentSymbols } from '../features/documentation/document';
import type { DocumentationEdit } from '../features/documentation/types';
import { languageIdOf } from './languages';
import { parseLines, readLines } from './location';
import { printLine, remark, styled } from './terminal';
import { withModel } from './withModel';

/** `document FILE:LINE`: prints the change for the symbol there, or for all in FILE:START-END; `write` saves it. */
export async function documentLines(place: string, write: boolean, signal: AbortSignal): Promise<void> {
  const lines = parseLines(place);
  const { text, range } = await readLines(lines);
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
  const changed = applyEdits(text, edits);
  printPatch(lines.path, text, changed);
  if (write) {
    await writeFile(lines.path, changed);
    remark(`Written to ${lines.path}.`);
  }
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
