import { closerOf, looseBrackets } from '../brackets';
import type { FilterContext } from './filter';
import { reproducedLength } from './rightOfCursor';

/** Characters on each side of the cursor in which brackets are paired. */
const WINDOW_CHARACTERS = 20_000;

/**
 * Ends a suggestion before a closing bracket that the document needs no more. Speaks up only where the
 * brackets before and after the cursor fit together, so that broken code and odd syntax are left alone.
 */
export function balanceBrackets(text: string, { place }: FilterContext): string {
  const { closers, openers } = looseBrackets(text);
  if (closers.length === 0) {
    return text;
  }
  const openersBefore = looseBrackets(place.prefix.slice(-WINDOW_CHARACTERS)).openers;
  const closersAfter = looseBrackets(place.suffix.slice(0, WINDOW_CHARACTERS)).closers;
  const closedLater = openersBefore.slice(0, closersAfter.length).reverse();
  const fits =
    openersBefore.length >= closersAfter.length &&
    closersAfter.every((closer, index) => closer.character === closerOf[closedLater[index] ?? '']);
  if (!fits) {
    return text;
  }
  // Closers that the suggestion replaces right of the cursor are its own to write again.
  const replaced = place.lineSuffix.slice(0, reproducedLength(text, place.lineSuffix));
  // What the suggestion opens anew takes the place of what it closes.
  const neededCount =
    openersBefore.length - closersAfter.length + looseBrackets(replaced).closers.length + openers.length;
  const surplus = closers[neededCount];
  return surplus === undefined ? text : text.slice(0, surplus.index);
}
