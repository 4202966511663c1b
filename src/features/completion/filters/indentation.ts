import { indentationOf, type Place } from '../place';

/** One level of indentation as the file writes it around the cursor: a tab or some spaces. */
export function indentationUnit({ prefix, suffix }: Place): string {
  // The first line above may be cut, and that of the cursor is counted above.
  const above = prefix
    .slice(-WINDOW_CHARACTERS)
    .split('\n')
    .slice(prefix.length > WINDOW_CHARACTERS ? 1 : 0);
  const below = suffix.slice(0, WINDOW_CHARACTERS).split('\n').slice(1);
  const indentations = [...above, ...below].map(indentationOf).filter((indentation) => indentation !== '');
  const tabCount = indentations.filter((indentation) => indentation.startsWith('\t')).length;
  if (tabCount > indentations.length / 2) {
    return '\t';
  }
  // Odd widths belong to continuation lines and to the ` *` of documentation comments.
  const widths = indentations.map((indentation) => indentation.length).filter((width) => width % 2 === 0);
  return ' '.repeat(widths.reduce((least, width) => Math.min(least, width), DEFAULT_WIDTH));
}

/**
 * A suggestion with its lines indented by the file's kind of white space. Spaces that make no full level stay,
 * so a documentation comment keeps its ` *` (rounding them off is a known fault of Tabby's).
 */
export function withFileIndentation(text: string, place: Place): string {
  if (!/\n[ \t]/.test(text)) {
    return text;
  }
  const unit = indentationUnit(place);
  const [first = '', ...rest] = text.split('\n');
  return [first, ...rest.map((line) => reindent(line, unit))].join('\n');
}

/** Characters on each side of the cursor whose lines count. */
const WINDOW_CHARACTERS = 20_000;
const DEFAULT_WIDTH = 4;

function reindent(line: string, unit: string): string {
  const indentation = indentationOf(line);
  const converted =
    unit === '\t'
      ? indentation.replaceAll(' '.repeat(DEFAULT_WIDTH), '\t')
      : indentation.replaceAll('\t', unit);
  return converted + line.slice(indentation.length);
}
