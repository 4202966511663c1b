import { looseBrackets } from '../brackets';
import { indentationOf, type Place } from '../place';
import { looseTags } from '../tags';
import type { FilterContext } from './filter';

/** Overlaps shorter than this happen by chance. */
const MIN_OVERLAP_CHARACTERS = 3;

/**
 * How many characters right of the cursor a suggestion writes again, so that it must replace them: brackets, quotes
 * and ends of tags that the editor closed by itself, or the whole rest of the line.
 */
export function reproducedLength(text: string, lineSuffix: string): number {
  return sharedEnd(text, lineSuffix).rightLength;
}

/**
 * Ends a suggestion at the last closer that it shares with the text right of the cursor, when more code follows
 * there: `fn new(█) -> Self {` has its return type, and the suggestion's own would stand beside it.
 */
export function cutAfterSharedClosers(text: string, { place }: FilterContext): string {
  const { rightLength, length } = sharedEnd(text, place.lineSuffix);
  const more = place.lineSuffix.slice(rightLength).trim();
  return length === 0 || more === '' ? text : text.slice(0, length);
}

/** Takes the beginning of what stands right of the cursor off the suggestion's end. */
export function cutTextAlreadyRight(text: string, { place }: FilterContext): string {
  const { lineSuffix } = place;
  if (lineSuffix.trim() === '' || reproducedLength(text, lineSuffix) > 0) {
    return text;
  }
  for (let length = Math.min(text.length, lineSuffix.length); length >= MIN_OVERLAP_CHARACTERS; length--) {
    if (text.endsWith(lineSuffix.slice(0, length)) && closesNothingOfItsOwn(text, length)) {
      return text.slice(0, text.length - length);
    }
  }
  return text;
}

/**
 * Puts what closes the block right of the cursor on a line of its own, when a block of several lines is filled
 * in before it: `{█}`. The model ends such a block with a line end, which was trimmed with the white space.
 */
export function withClosingLine(text: string, { linePrefix, lineSuffix }: Place): string {
  const closerIsLeft = /^[)\]}]/.test(lineSuffix) && reproducedLength(text, lineSuffix) === 0;
  const opensLine = text.startsWith('\n');
  return closerIsLeft && opensLine ? `${text}\n${indentationOf(linePrefix)}` : text;
}

interface SharedEnd {
  /** How much of the text right of the cursor the suggestion writes again. */
  readonly rightLength: number;
  /** Where the last closer of it ends in the suggestion; 0 where there is none. */
  readonly length: number;
}

function sharedEnd(text: string, lineSuffix: string): SharedEnd {
  const rest = lineSuffix.trimEnd();
  if (rest !== '' && text.endsWith(rest) && closesNothingOfItsOwn(text, rest.length)) {
    return { rightLength: rest.length, length: text.length };
  }
  const closers = looseClosers(text, rest);
  let closerIndex = 0;
  let rightLength = 0;
  let length = 0;
  for (const part of rest.match(closerOrCharacter) ?? []) {
    const next = closers[closerIndex];
    if (next?.closer === part.trim()) {
      length = next.index + next.closer.length;
      closerIndex += 1;
    } else if (closesQuote(text, part)) {
      length = Math.max(length, text.indexOf(part, length) + 1);
    } else if (length > 0 && part === '>' && text.startsWith(part, length)) {
      length += part.length;
    } else if (!endsStatement(text, part)) {
      break;
    }
    rightLength += part.length;
  }
  return { rightLength, length };
}

const closerOrCharacter = / ?\/>|<\/[\w.:-]*>|[^]/gu;

/** What `text` closes without having opened it: tags too, where `rest` has ends of such. */
function looseClosers(text: string, rest: string): { readonly closer: string; readonly index: number }[] {
  const brackets = looseBrackets(text).closers.map(({ character, index }) => ({ closer: character, index }));
  return /<\/|\/>/.test(rest)
    ? [...brackets, ...looseTags(text).closers].sort((one, other) => one.index - other.index)
    : brackets;
}

/**
 * Whether the last `length` characters of `text` are not what closes the brackets and tags that it opens itself: of
 * `len(items)` the bracket is its own, though another stands right of the cursor.
 */
function closesNothingOfItsOwn(text: string, length: number): boolean {
  const before = text.slice(0, -length);
  const { openers } = looseBrackets(text);
  const openTagCount = looseTags(text).openers.length;
  return (
    looseBrackets(before).openers.every((opener, index) => openers[index] === opener) &&
    looseTags(before).openers.length <= openTagCount
  );
}

function closesQuote(text: string, character: string): boolean {
  return '"\'`'.includes(character) && (text.split(character).length - 1) % 2 === 1;
}

function endsStatement(text: string, character: string): boolean {
  return ';,'.includes(character) && text.endsWith(character);
}
