/**
 * Where a line that was cut off in the middle can end without leaving a word or an expression unfinished: after a
 * closed bracket, a string, a statement or a sentence, or before a comma. 0 when there is no such place.
 */
export function lastBoundary(text: string): number {
  let boundary = 0;
  for (const match of text.matchAll(boundaryOrString)) {
    const [found] = match;
    if (isOpenString(text, match.index, found)) {
      return boundary;
    }
    boundary =
      found === ','
        ? match.index
        : found.length === 1 && '([{\'"`'.includes(found)
          ? boundary
          : match.index + found.length;
  }
  return boundary;
}

/** Whole string literals, brackets, separators, ends of sentences, and quotes that find no partner. */
const boundaryOrString =
  /"(?:\\.|[^"\\])*"|(?<![\p{L}\p{N}&<])'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|[.!?](?=\s)|[,;()[\]{}'"`]/gu;

/** A quote after a word is an apostrophe, and one after `&` or `<` begins a lifetime of Rust's. */
function isOpenString(text: string, index: number, found: string): boolean {
  const isQuote = found === '"' || found === '`' || found === "'";
  return isQuote && !(found === "'" && /[\p{L}\p{N}&<]$/u.test(text.slice(0, index)));
}
