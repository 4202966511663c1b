import type { Place } from '../place';
import type { NoSuggestionReason } from '../types';

/** Shortens a suggestion from its end, or drops it. Filters never change the text they keep. */
export type Filter = (text: string, context: FilterContext) => string | Dropped;

export interface Dropped {
  readonly reason: NoSuggestionReason;
  readonly detail: string;
}

export interface FilterContext {
  readonly place: Place;
  readonly singleLine: boolean;
  /** Characters other than white space below which a suggestion is no help. */
  readonly minimumCharacters: number;
}

/** Runs filters in order until one drops the text. */
export function applyFilters(
  text: string,
  filters: readonly Filter[],
  context: FilterContext,
): string | Dropped {
  let kept = text;
  for (const filter of filters) {
    const result = filter(kept, context);
    if (typeof result !== 'string') {
      return result;
    }
    kept = result;
  }
  return kept;
}
