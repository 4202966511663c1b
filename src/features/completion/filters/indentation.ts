import { indentationOf, type Place } from '../place';

/** One level of indentation as the file writes it: a tab or some spaces. */
export function indentationUnit({ prefix, suffix }: Place): string {
  const indentations = `${prefix}\n${suffix}`
    .split('\n')
    .map(indentationOf)
    .filter((indentation) => indentation !== '');
  const tabCount = indentations.filter((indentation) => indentation.startsWith('\t')).length;
  if (tabCount > indentations.length / 2) {
    return '\t';
  }
  // Odd widths belong to continuation lines and to the ` *` of documentation comments.
  const widths = indentations.map((indentation) => indentation.length).filter((width) => width % 2 === 0);
  return ' '.repeat(Math.min(DEFAULT_WIDTH, ...widths));
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

const DEFAULT_WIDTH = 4;

function reindent(line: string, unit: string): string {
  const indentation = indentationOf(line);
  const converted =
    unit === '\t'
      ? indentation.replaceAll(' '.repeat(DEFAULT_WIDTH), '\t')
      : indentation.replaceAll('\t', unit);
  return converted + line.slice(indentation.length);
}
