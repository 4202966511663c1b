import { withoutTyped, type Draft } from '../decode/draft';
import type { Place } from '../place';
import { baseOf, possibleBases, type Base } from '../typedThrough';

/** What the model made of a place, before the filters that depend on the document. */
export type Produced =
  { readonly kind: 'draft'; readonly draft: Draft } | { readonly kind: 'discarded'; readonly detail: string };

interface Entry {
  readonly produced: Produced;
  /** Whether it is the best there is, or only what could be had at once. */
  readonly isThorough: boolean;
  /** What else could stand there; undefined until somebody has asked. */
  readonly alternatives?: readonly Produced[];
}

export interface CacheHit extends Pick<Entry, 'produced' | 'isThorough'> {
  /** Characters of the suggestion that have been typed since it was made. */
  readonly typedCount: number;
}

/** llama.vscode's and Cody's size: a few minutes of typing. */
const MAX_ENTRIES = 250;
/** Typed characters after which a suggestion is no longer looked for (Tabby looks 50 back). */
const MAX_TYPED_CHARACTERS = 120;

/**
 * Suggestions by the text around the cursor. Because the suffix belongs to the key, an edit below the cursor
 * makes a suggestion unfindable; because the typed text is looked for as the beginning of earlier suggestions,
 * typing through one and deleting back are both hits.
 */
export class SuggestionCache {
  // A Map iterates in the order of insertion, so the first key is the one unused for longest.
  private readonly entries = new Map<string, Entry>();

  store(place: Place, entry: Entry): void {
    const key = keyOf(baseOf(place));
    this.entries.delete(key);
    this.entries.set(key, entry);
    const oldest = this.entries.keys().next();
    if (this.entries.size > MAX_ENTRIES && oldest.done !== true) {
      this.entries.delete(oldest.value);
    }
  }

  /** What is known for the place; of several suggestions that were typed through, the newest base's. */
  find(place: Place): CacheHit | undefined {
    const limit = Math.min(MAX_TYPED_CHARACTERS, place.prefix.length);
    for (let typedCount = 0; typedCount <= limit; typedCount++) {
      for (const base of possibleBases(place, typedCount)) {
        const hit = this.hit(keyOf(base), place.prefix.slice(place.prefix.length - typedCount));
        if (hit !== undefined) {
          return hit;
        }
      }
    }
    return undefined;
  }

  /** What else was made for this very place, likeliest beginning first; undefined where nobody has asked. */
  alternatives(place: Place): readonly Produced[] | undefined {
    return this.entries.get(keyOf(baseOf(place)))?.alternatives;
  }

  private hit(key: string, typed: string): CacheHit | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) {
      return undefined;
    }
    if (typed !== '') {
      const [left] = [entry.produced, ...(entry.alternatives ?? [])].flatMap((produced) =>
        produced.kind === 'draft' ? (remainingDraft(produced.draft, typed) ?? []) : [],
      );
      const { isThorough } = entry;
      return left && { produced: { kind: 'draft', draft: left }, isThorough, typedCount: typed.length };
    }
    this.entries.delete(key);
    this.entries.set(key, entry);
    return { ...entry, typedCount: 0 };
  }
}

/** What is left of a draft whose beginning has been typed, or undefined when something else was typed. */
export function remainingDraft(draft: Draft, typed: string): Draft | undefined {
  return draft.text.length > typed.length && draft.text.startsWith(typed)
    ? withoutTyped(draft, typed.length)
    : undefined;
}

function keyOf({ uri, prefixTail, suffixHead }: Base): string {
  return `${uri}\0${prefixTail}\0${suffixHead}`;
}
