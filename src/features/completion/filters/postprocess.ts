import { cutDraft } from '../decode/draft';
import type { Produced } from '../memory/suggestionCache';
import type { Place } from '../place';
import type { TextRange } from '../../../base/textRange';
import { balanceBrackets } from './balanceBrackets';
import { confidenceOf } from './confidence';
import { applyFilters, type Dropped, type Filter } from './filter';
import { withFileIndentation } from './indentation';
import { cutRepeatOfNextLines, dropRepeatOfLineAbove } from './repeatedLines';
import {
  cutAfterSharedClosers,
  cutTextAlreadyRight,
  reproducedLength,
  withClosingLine,
} from './rightOfCursor';
import { cutAtCodeFence, dropTooShort, keepFirstLineOnly, trimTrailingWhitespace } from './trim';

/** Filters of the model's output alone; their result is what the cache holds. */
const modelFilters: readonly Filter[] = [cutAtCodeFence, trimTrailingWhitespace];

/** Filters that compare with the document, which may have changed since: run each time a text is served. */
const documentFilters: readonly Filter[] = [
  keepFirstLineOnly,
  cutRepeatOfNextLines,
  dropRepeatOfLineAbove,
  cutAfterSharedClosers,
  cutTextAlreadyRight,
  balanceBrackets,
  trimTrailingWhitespace,
  dropTooShort,
];

/** Shorter suggestions cost more attention than they save typing (Tabby drops under 4, Cody under 2). */
const MINIMUM_CHARACTERS = 3;

export function cleanModelOutput(produced: Produced, place: Place): Produced {
  if (produced.kind === 'discarded') {
    return produced;
  }
  const { draft } = produced;
  const text = applyFilters(draft.text, modelFilters, { place, singleLine: false, minimumCharacters: 0 });
  return typeof text === 'string'
    ? { kind: 'draft', draft: cutDraft(draft, text.length) }
    : { kind: 'discarded', detail: text.detail };
}

export interface Presentation {
  readonly text: string;
  readonly replace: TextRange;
  readonly confidence: number;
}

export interface PresentationOptions {
  readonly singleLine: boolean;
  /** The user asked for this suggestion, or has begun to type it: it must not vanish for being short or unlikely. */
  readonly wanted: boolean;
  /** See `defaultMinimumConfidence`. Absent: what is unlikely is presented too. */
  readonly minimumConfidence?: number;
}

/** What the editor is given for a draft at a place, or why it is given nothing. */
export function present(
  produced: Produced,
  place: Place,
  { singleLine, wanted, minimumConfidence = -Infinity }: PresentationOptions,
): Presentation | Dropped {
  if (produced.kind === 'discarded') {
    return { reason: 'repeats-context', detail: produced.detail };
  }
  const minimumCharacters = wanted ? 1 : MINIMUM_CHARACTERS;
  const context = { place, singleLine, minimumCharacters };
  const kept = applyFilters(produced.draft.text, documentFilters, context);
  if (typeof kept !== 'string') {
    return kept;
  }
  const confidence = confidenceOf(cutDraft(produced.draft, kept.length));
  if (!wanted && confidence < minimumConfidence) {
    const percent = (100 * Math.exp(confidence)).toFixed(1);
    return { reason: 'below-confidence', detail: `the model gives its first line ${percent} %` };
  }
  return {
    text: place.lead + inFileStyle(kept, place),
    replace: {
      start: place.replace.start,
      end: place.replace.end + reproducedLength(kept, place.lineSuffix),
    },
    confidence,
  };
}

function inFileStyle(text: string, place: Place): string {
  return withFileIndentation(withClosingLine(text, place), place).replaceAll('\n', place.lineBreak);
}
