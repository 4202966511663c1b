import { closerOf } from './brackets';

/**
 * How many characters of `suffix` may be brackets and quotes that the editor has added while `typed` was typed before them,
 * likeliest first; empty where none can be.
 */
export function autoClosedLengths(typed: string, suffix: string): number[] {
  const opened = openedIn(typed);
  const brackets = opened.filter(({ character }) => character in closerOf);
  const closed = [opened, brackets].map((some) => closedLength(some, suffix));
  // Enter may have been typed between two brackets that stood there before.
  const broken = closed.map((length) => length + (beginsWithBreak(typed) ? breakLength(suffix, length) : 0));
  return [...new Set([...broken, ...closed])].filter((length) => length > 0);
}

interface Opened {
  readonly character: string;
  /** Whether a line break was typed after it: between two brackets Enter puts the second on a line of its own. */
  readonly isBroken: boolean;
}

/** The brackets and quotes that `typed` opens and does not close, in order. */
function openedIn(typed: string): Opened[] {
  const opened: { character: string; index: number }[] = [];
  for (const { 0: character, index } of typed.matchAll(/\\.|["'`()[\]{}]/g)) {
    const last = opened.at(-1)?.character;
    const isInString = last !== undefined && isQuote(last);
    if (character === last && isInString) {
      opened.pop();
    } else if (!isInString && (isQuote(character) || character in closerOf)) {
      opened.push({ character, index });
    } else if (!isInString && last !== undefined && closerOf[last] === character) {
      opened.pop();
    }
  }
  return opened.map(({ character, index }) => ({
    character,
    isBroken: beginsWithBreak(typed.slice(index + 1)),
  }));
}

/** How much of `suffix` closes all of `opened`, innermost first; 0 where it does not. */
function closedLength(opened: readonly Opened[], suffix: string): number {
  let length = 0;
  for (const { character, isBroken } of [...opened].reverse()) {
    const closer = closerOf[character] ?? character;
    length += isBroken ? breakLength(suffix, length) : 0;
    if (!suffix.startsWith(closer, length)) {
      return 0;
    }
    length += closer.length;
  }
  return length;
}

function beginsWithBreak(text: string): boolean {
  return /^[ \t]*\n/.test(text);
}

/** Of the line break and indentation at `index` that Enter puts before a closing bracket. */
function breakLength(suffix: string, index: number): number {
  return /^\n[ \t]*(?=[)\]}])/.exec(suffix.slice(index))?.[0].length ?? 0;
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'" || character === '`';
}
