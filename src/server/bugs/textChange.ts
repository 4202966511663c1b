import type { TextDocumentContentChangeEvent, TextDocumentsConfiguration } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextRange } from '../../base/textRange';
import { toOffsets } from '../editor/positions';

/** One edit: what stood at `range` (offsets before the edit) is now `newLength` UTF-16 units long. */
export interface TextChange {
  readonly range: TextRange;
  readonly newLength: number;
}

/** Documents as the language server library keeps them, which tell `onChange` of each edit before it is made. */
export function observeDocuments(
  onChange: (uri: string, change: TextChange) => void,
): TextDocumentsConfiguration<TextDocument> {
  return {
    create: (uri, languageId, version, text) => {
      // The library takes whatever the editor sent; one such document would disturb the work on all others.
      if ([uri, languageId, text].some((part) => typeof part !== 'string')) {
        throw new TypeError('a document was opened without an address, a language or a text');
      }
      return TextDocument.create(uri, languageId, version, text);
    },
    // One by one: the ranges of each edit mean the text after the edits before it.
    update: (document, changes, version) =>
      changes.reduce((current, change) => {
        onChange(current.uri, toTextChange(current, change));
        return TextDocument.update(current, [change], version);
      }, document),
  };
}

/** Where `range` is after `change`; undefined when the change touches it, also at its edges. */
export function moveRange(range: TextRange, change: TextChange): TextRange | undefined {
  if (change.range.start > range.end) {
    return range;
  }
  return change.range.end < range.start ? shift(range, growth(change)) : undefined;
}

/** `edits` after `change`, with the change itself among them: disjoint, in document order. */
export function addEdit(edits: readonly TextRange[], change: TextChange): readonly TextRange[] {
  const before = edits.filter(({ end }) => end < change.range.start);
  const after = edits.filter(({ start }) => start > change.range.end);
  const touched = edits.slice(before.length, edits.length - after.length);
  const start = Math.min(change.range.start, touched.at(0)?.start ?? Infinity);
  const end = Math.max(change.range.end, touched.at(-1)?.end ?? 0) + growth(change);
  return [...before, { start, end }, ...after.map((edit) => shift(edit, growth(change)))];
}

/** What of `edits` lies outside `range`. */
export function withoutRange(edits: readonly TextRange[], range: TextRange): readonly TextRange[] {
  return edits.flatMap((edit) => {
    if (edit.end < range.start || edit.start > range.end) {
      return [edit];
    }
    const head = { start: edit.start, end: range.start };
    const tail = { start: range.end, end: edit.end };
    return [head, tail].filter(({ start, end }) => start < end);
  });
}

/** The common part, which is empty where they only touch; undefined when they do not even touch. */
export function intersect(one: TextRange, other: TextRange): TextRange | undefined {
  const start = Math.max(one.start, other.start);
  const end = Math.min(one.end, other.end);
  return start <= end ? { start, end } : undefined;
}

function toTextChange(document: TextDocument, change: TextDocumentContentChangeEvent): TextChange {
  const newLength = change.text.length;
  if (!('range' in change)) {
    return { range: { start: 0, end: document.getText().length }, newLength };
  }
  return { range: toOffsets(document, change.range), newLength };
}

function growth({ range, newLength }: TextChange): number {
  return newLength - (range.end - range.start);
}

function shift({ start, end }: TextRange, distance: number): TextRange {
  return { start: start + distance, end: end + distance };
}

/** Each line of `text` that `range` touches, without its line break. */
export function linesIn(text: string, range: TextRange): readonly TextRange[] {
  const { start, end } = wholeLines(text, range);
  let lineStart = start;
  return text
    .slice(start, end)
    .split('\n')
    .map((line) => {
      const lineRange = { start: lineStart, end: lineStart + line.length };
      lineStart = lineRange.end + 1;
      return lineRange;
    });
}

/** The lines of `text` that `range` touches, without the last one's line break. */
export function wholeLines(text: string, { start, end }: TextRange): TextRange {
  const lineEnd = text.indexOf('\n', end);
  return { start: text.lastIndexOf('\n', start - 1) + 1, end: lineEnd < 0 ? text.length : lineEnd };
}
