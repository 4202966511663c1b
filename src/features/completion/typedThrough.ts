import { autoClosedLengths } from './autoClosed';
import type { Place } from './place';

/** A place that a suggestion was made for, as far as it must agree for the suggestion to be used again. */
export interface Base {
  readonly uri: string;
  readonly prefixTail: string;
  readonly suffixHead: string;
}

/**
 * Characters before and after the cursor that must be equal. More would forget suggestions for edits far away
 * that could hardly have changed them; less would mix up places in repetitive files.
 */
const PREFIX_CHARACTERS = 500;
const SUFFIX_CHARACTERS = 200;

/** The base of a suggestion made for `place`; with `typedCount`, for where the cursor was that much earlier. */
export function baseOf(place: Place, typedCount = 0): Base {
  const { uri, prefix, suffix } = place;
  const end = prefix.length - typedCount;
  return baseAt(uri, prefix.slice(Math.max(0, end - PREFIX_CHARACTERS), end), suffix);
}

/**
 * The bases that `place` may have come from by typing its last `typedCount` characters: the same suffix, or
 * the suffix without the brackets and quotes that the editor closed by itself meanwhile.
 */
export function possibleBases(place: Place, typedCount: number): Base[] {
  const { uri, prefix, suffix } = place;
  const plain = baseOf(place, typedCount);
  const closedLengths = autoClosedLengths(prefix.slice(prefix.length - typedCount), suffix);
  return [plain, ...closedLengths.map((length) => baseAt(uri, plain.prefixTail, suffix.slice(length)))];
}

export function sameBase(left: Base, right: Base): boolean {
  return (
    left.uri === right.uri && left.prefixTail === right.prefixTail && left.suffixHead === right.suffixHead
  );
}

function baseAt(uri: string, prefixTail: string, suffix: string): Base {
  return { uri, prefixTail, suffixHead: suffix.slice(0, SUFFIX_CHARACTERS) };
}
