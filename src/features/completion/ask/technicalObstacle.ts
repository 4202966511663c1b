import type { TextDocument } from '../types';

/** Characters of a document at most: beyond, each keystroke's own text work would be felt. */
const MAX_DOCUMENT_CHARACTERS = 1_000_000;
/** A line longer than this marks a minified or generated file. */
const MAX_LINE_CHARACTERS = 5_000;
/** How much of a document is looked at for signs of binary content. */
const BINARY_PROBE_CHARACTERS = 8_000;

/** Why a document's content cannot be worked on, as one phrase, or undefined when it can. */
export function technicalObstacle(document: TextDocument): string | undefined {
  const { text } = document;
  if (text.length > MAX_DOCUMENT_CHARACTERS) {
    return `more than ${MAX_DOCUMENT_CHARACTERS} characters`;
  }
  if (text.slice(0, BINARY_PROBE_CHARACTERS).includes('\0')) {
    return 'binary content';
  }
  return hasLongLine(text) ? `a line of more than ${MAX_LINE_CHARACTERS} characters (minified?)` : undefined;
}

function hasLongLine(text: string): boolean {
  let start = 0;
  while (text.length - start > MAX_LINE_CHARACTERS) {
    const end = text.lastIndexOf('\n', start + MAX_LINE_CHARACTERS);
    if (end < start) {
      return true;
    }
    start = end + 1;
  }
  return false;
}
