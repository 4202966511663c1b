import { indentationOf, indentationWidth, lineAbove, linesBelow, type Place } from '../place';
import { areSimilar, isSubstantial } from '../similarity';
import type { Dropped, FilterContext } from './filter';

/** Tabby's numbers: lines below that are compared, and the share of characters that may differ. */
const COMPARED_LINES = 3;
const DIFFERING_SHARE = 0.05;

/** Ends a suggestion where it arrives at lines that already stand below the cursor. */
export function cutRepeatOfNextLines(text: string, { place }: FilterContext): string | Dropped {
  const below = linesOfSameBlock(place);
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const whole = index === 0 ? place.linePrefix + line : line;
    const repeats = below.some((other, distance) =>
      isRepeat(whole, other, distance, index === lines.length - 1),
    );
    if (!repeats || line.trim() === '') {
      continue;
    }
    const kept = lines.slice(0, index).join('\n');
    return kept.trim() === ''
      ? { reason: 'repeats-context', detail: 'the next lines already say this' }
      : kept;
  }
  return text;
}

/** Lines below the cursor up to one that stands shallower: other functions may well begin alike. */
function linesOfSameBlock(place: Place): string[] {
  const below = linesBelow(place, COMPARED_LINES);
  const depth = indentationWidth(place.linePrefix);
  const end = below.findIndex((line) => indentationWidth(line) < depth);
  // The very next line is compared in any case: it may be the word or bracket that closes the block.
  return end < 0 ? below : below.slice(0, Math.max(1, end));
}

/**
 * A line without substance, such as a closing bracket, is a repeat only as the suggestion's last line, when the
 * very next line closes the same block.
 */
function isRepeat(line: string, below: string, distance: number, isLast: boolean): boolean {
  if (isSubstantial(line)) {
    return areSimilar(line, below, DIFFERING_SHARE);
  }
  const closes = /^\s*(?:[)\]}]+[;,]?|end|fi|done|esac)\s*$/.test(line);
  return (
    isLast &&
    closes &&
    distance === 0 &&
    line.trim() === below.trim() &&
    indentationOf(line) === indentationOf(below)
  );
}

/**
 * Drops a suggestion that writes the line above once more. Only equal lines count: lists of similar lines are
 * ordinary code, and a threshold such as twinny's 0.6 silences them.
 */
export function dropRepeatOfLineAbove(text: string, { place }: FilterContext): string | Dropped {
  const above = lineAbove(place);
  const firstLine = place.linePrefix + (text.split('\n')[0] ?? '');
  const repeats = above !== undefined && isSubstantial(above) && firstLine.trim() === above.trim();
  return repeats ? { reason: 'repeats-context', detail: 'the line above already says this' } : text;
}
