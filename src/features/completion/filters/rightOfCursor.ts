import { looseBrackets } from '../brackets';
import { indentationOf, type Place } from '../place';
import type { FilterContext } from './filter';

/** Overlaps shorter than this happen by chance. */
const MIN_OVERLAP_CHARACTERS = 3;

/**
 * How many characters right of the cursor a suggestion writes again, so that it must replace them: brackets
 * and quotes that the editor closed by itself, or the whole rest of the line.
 */
export function reproducedLength(text: string, lineSuffix: string): number {
  const rest = lineSuffix.trimEnd();
  if (rest !== '' && text.endsWith(rest) && closesNothingOfItsOwn(text, rest.length)) {
    return rest.length;
  }
  const closers = looseBrackets(text).closers.map((closer) => closer.character);
  let closerIndex = 0;
  let length = 0;
  for (const character of rest) {
    const closes = closers[closerIndex] === character;
    if (!closes && !closesQuote(text, character) && !endsStatement(text, character)) {
      break;
    }
    closerIndex += closes ? 1 : 0;
    length += 1;
  }
  return length;
}

/**
 * Ends a suggestion at the last closer that it shares with the text right of the cursor, when more code follows
 * there: `fn new(█) -> Self {` has its return type, and the suggestion's own would stand beside it.
 */
export function cutAfterSharedClosers(text: string, { place }: FilterContext): string {
  const rest = place.lineSuffix.trimEnd();
  const reproduced = reproducedLength(text, rest);
  const more = rest.slice(reproduced).trim();
  if (reproduced === 0 || reproduced === rest.length || more === '') {
    return text;
  }
  const sharedCount = looseBrackets(rest.slice(0, reproduced)).closers.length;
  const lastShared = looseBrackets(text).closers[sharedCount - 1];
  return lastShared === undefined ? text : text.slice(0, lastShared.index + 1);
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

/**
 * Whether the last `length` characters of `text` are not what closes the brackets that it opens itself: of `len(items)`
 * the bracket is its own, though another stands right of the cursor.
 */
function closesNothingOfItsOwn(text: string, length: number): boolean {
  const { openers } = looseBrackets(text);
  return looseBrackets(text.slice(0, -length)).openers.every((opener, index) => openers[index] === opener);
}

function closesQuote(text: string, character: string): boolean {
  return '"\'`'.includes(character) && (text.split(character).length - 1) % 2 === 1;
}

function endsStatement(text: string, character: string): boolean {
  return ';,'.includes(character) && text.endsWith(character);
}
