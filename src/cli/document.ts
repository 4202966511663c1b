import { writeFile } from 'node:fs/promises';
import { documentSymbols } from '../features/documentation/document';
import type { DocumentationEdit } from '../features/documentation/types';
import { languageIdOf } from './languages';
import { parseLines, readLines } from './location';
import { printLine, remark, styled } from './terminal';
import { withModel } from './withModel';

/** `document FILE:LINE`: prints the comment of the symbol there, or of all in FILE:START-END; `write` saves it. */
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
  edits.forEach((edit) => showEdit(text, edit));
  if (write) {
    await writeFile(lines.path, applyEdits(text, edits));
    remark(`Written to ${lines.path}.`);
  }
}

function showEdit(text: string, { range, newText, symbolName }: DocumentationEdit): void {
  const line = text.slice(0, range.start).split('\n').length;
  printLine(styled('bold', `${symbolName}, line ${line}`));
  printLine(newText.replace(/^\r?\n/, '').trimEnd());
}

function applyEdits(text: string, edits: readonly DocumentationEdit[]): string {
  return edits.reduceRight(
    (changed, { range, newText }) => changed.slice(0, range.start) + newText + changed.slice(range.end),
    text,
  );
}
