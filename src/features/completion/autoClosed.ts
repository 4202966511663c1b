import { closerOf } from './brackets';
import { looseTags } from './tags';

/**
 * How many characters of `suffix` may be brackets, quotes and ends of tags that the editor has added while `typed` was
 * typed before them, likeliest first; empty where none can be.
 */
export function autoClosedLengths(typed: string, suffix: string): number[] {
  const opened = openedIn(typed);
  const brackets = opened.filter(({ closer }) => !isQuote(closer));
  // What looks like an opened tag is a type argument in many languages.
  const tags = looseTags(typed).openers.map((tag) => ({ ...tag, isBroken: isTagBroken(typed, tag.index) }));
  const withTags = [...opened, ...tags].sort((one, other) => one.index - other.index);
  const closed = [opened, brackets, withTags].map((some) => closedLength(some, suffix));
  // Enter may have been typed between two brackets that stood there before.
  const broken = closed.map((length) => length + (beginsWithBreak(typed) ? breakLength(suffix, length) : 0));
  return [...new Set([...broken, ...closed])].filter((length) => length > 0);
}

interface Opened {
  readonly closer: string;
  readonly index: number;
  /** Whether a line break was typed after it: between two brackets Enter puts the second on a line of its own. */
  readonly isBroken: boolean;
}

/** The brackets and quotes that `typed` opens and does not close, in order. */
function openedIn(typed: string): Opened[] {
  const opened: { closer: string; index: number }[] = [];
  for (const { 0: character, index } of typed.matchAll(/\\.|["'`()[\]{}]/g)) {
    const last = opened.at(-1)?.closer;
    const isInString = last !== undefined && isQuote(last);
    if (character === last) {
      opened.pop();
    } else if (!isInString && (isQuote(character) || character in closerOf)) {
      opened.push({ closer: closerOf[character] ?? character, index });
    }
  }
  return opened.map((some) => ({ ...some, isBroken: beginsWithBreak(typed.slice(some.index + 1)) }));
}

/** How much of `suffix` closes all of `opened`, innermost first; 0 where it does not. */
function closedLength(opened: readonly Opened[], suffix: string): number {
  let length = 0;
  for (const { closer, isBroken } of [...opened].reverse()) {
    length += isBroken ? breakLength(suffix, length) : 0;
    if (!suffix.startsWith(closer, length)) {
      return 0;
    }
    length += closer.length;
  }
  return length;
}

/** Whether a line break was typed after the tag that begins at `index`. */
function isTagBroken(typed: string, index: number): boolean {
  const end = typed.indexOf('>', index);
  return end >= 0 && beginsWithBreak(typed.slice(end + 1));
}

function beginsWithBreak(text: string): boolean {
  return /^[ \t]*\n/.test(text);
}

/** Of the line break and indentation at `index` that Enter puts before a closing bracket or tag. */
function breakLength(suffix: string, index: number): number {
  return /^\n[ \t]*(?=[)\]}]|<\/)/.exec(suffix.slice(index))?.[0].length ?? 0;
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'" || character === '`';
}
