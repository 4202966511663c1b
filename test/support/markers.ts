/**
 * The text notation of completion tests: `█` is the cursor, and `█[…]█` a suggestion at the cursor. Results are
 * shown as `[…]` around the inserted text, with what it replaces gone.
 */
export interface MarkedCursor {
  readonly text: string;
  readonly offset: number;
}

/** Text and cursor offset of `before█after`. */
export function parseCursor(marked: string): MarkedCursor {
  const offset = marked.indexOf('█');
  if (offset < 0 || marked.includes('█', offset + 1)) {
    throw new Error(`expected one █ in ${JSON.stringify(marked)}`);
  }
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}

/** Text, cursor offset and suggestion of `before█[suggestion]█after`. */
export function parseSuggestion(marked: string): MarkedCursor & { readonly suggestion: string } {
  const match = /^([^█]*)█\[([^█]*)\]█([^█]*)$/.exec(marked);
  if (match === null) {
    throw new Error(`expected before█[suggestion]█after, got ${JSON.stringify(marked)}`);
  }
  const [, before = '', suggestion = '', after = ''] = match;
  return { text: before + after, offset: before.length, suggestion };
}

/** The text after acceptance, with the suggestion in brackets. */
export function showSuggestion(
  text: string,
  suggestion: { readonly text: string; readonly replace: { readonly start: number; readonly end: number } },
): string {
  const { replace } = suggestion;
  return `${text.slice(0, replace.start)}[${suggestion.text}]${text.slice(replace.end)}`;
}
