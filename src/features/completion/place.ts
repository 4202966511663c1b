import type { TextRange } from '../../base/textRange';
import type { CompletionRequest } from './types';

/**
 * The cursor's surroundings as the pipeline sees them. All texts have LF line ends, whatever the document has:
 * models are trained on LF, and prompts, caches and filters need only one form.
 */
export interface Place {
  readonly uri: string;
  readonly languageId: string;
  /** Everything before the cursor; with a selected suggest item, as if that item had been accepted. */
  readonly prefix: string;
  /** Everything after the cursor. */
  readonly suffix: string;
  /** The end of `prefix` that stands on the cursor's line. */
  readonly linePrefix: string;
  /** The beginning of `suffix` that stands on the cursor's line. */
  readonly lineSuffix: string;
  /** The document's own line end, which suggestions are given back with. */
  readonly lineBreak: '\n' | '\r\n';
  /** What a suggestion replaces at least, in the document's own offsets. */
  readonly replace: TextRange;
  /** The selected suggest item: the host shows only suggestions that begin with it. */
  readonly lead: string;
}

/** The place of a request. Assumes `disagreesWithSuggestWidget` is false for it. */
export function placeOf(request: CompletionRequest): Place {
  const { document, offset, selectedCompletion } = request;
  const replace = selectedCompletion
    ? { start: selectedCompletion.replace.start, end: Math.max(offset, selectedCompletion.replace.end) }
    : { start: offset, end: offset };
  const lead = selectedCompletion?.text ?? '';
  const prefix = withLineFeeds(document.text.slice(0, replace.start) + lead);
  const suffix = withLineFeeds(document.text.slice(replace.end));
  const lineEnd = suffix.indexOf('\n');
  return {
    uri: document.uri,
    languageId: document.languageId,
    prefix,
    suffix,
    linePrefix: prefix.slice(prefix.lastIndexOf('\n') + 1),
    lineSuffix: lineEnd < 0 ? suffix : suffix.slice(0, lineEnd),
    lineBreak: document.text.includes('\r\n') ? '\r\n' : '\n',
    replace,
    lead,
  };
}

/** The nearest line above the cursor's that is not blank. */
export function lineAbove(place: Place): string | undefined {
  return lineBefore(place.prefix, place.prefix.length - place.linePrefix.length)?.text;
}

/** The nearest line that is not blank and ends before `position`, itself the start of a line. */
export function lineBefore(
  text: string,
  position: number,
): { readonly text: string; readonly start: number } | undefined {
  let end = position - 1;
  while (end >= 0) {
    const start = end === 0 ? 0 : text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    if (line.trim() !== '') {
      return { text: line, start };
    }
    end = start - 1;
  }
  return undefined;
}

/** The first `count` lines below the cursor's that are not blank. */
export function linesBelow(place: Place, count: number): string[] {
  const found: string[] = [];
  let start = place.suffix.indexOf('\n') + 1;
  while (start > 0 && start < place.suffix.length && found.length < count) {
    const end = place.suffix.indexOf('\n', start);
    const line = place.suffix.slice(start, end < 0 ? undefined : end);
    if (line.trim() !== '') {
      found.push(line);
    }
    start = end + 1;
  }
  return found;
}

/** The leading white space of a line. */
export function indentationOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Columns that a line is indented by, a tab counted as four: enough to tell deeper from shallower. */
export function indentationWidth(line: string): number {
  return indentationOf(line).replaceAll('\t', '    ').length;
}

export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
}
