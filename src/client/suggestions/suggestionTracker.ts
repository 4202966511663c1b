import type { Range } from '../../shared/protocol';
import { isBefore, later, rangeAfter, type Edit } from '../assist/rangeAfter';

/** A suggestion seen for less than this was not read, so typing on says nothing about it. */
const READABLE_MS = 750;

/** What was handed to the editor at one place. */
export interface Offer {
  readonly uri: string;
  /** What it replaces, and what has been typed of it since. */
  readonly range: Range;
  /** The first is shown; `Alt+]` goes to the others. */
  readonly suggestions: readonly TrackedSuggestion[];
}

export interface TrackedSuggestion {
  readonly suggestionId: number;
  readonly insertText: string;
}

/**
 * Infers from what the user types whether a suggestion was rejected; VS Code only tells of acceptance, by a command.
 * One offer is tracked at a time: a newer one takes its place without a verdict.
 */
export class SuggestionTracker {
  private tracked: { readonly offer: Offer; readonly shownAtMs: number } | undefined;

  constructor(private readonly onRejected: (suggestionId: number) => void) {}

  shown(offer: Offer, nowMs: number): void {
    this.tracked = { offer, shownAtMs: nowMs };
  }

  accepted(): void {
    this.tracked = undefined;
  }

  /** Whether a change of `uri` may decide the fate of a suggestion. */
  isTracking(uri: string): boolean {
    return this.tracked?.offer.uri === uri;
  }

  /**
   * Edits were made in the document, in the order of VS Code; `textIn` reads it as it is now. Typing what was suggested,
   * accepting all or a word of it, is no rejection. Neither is a change at another place, taking back what was typed, or a
   * line break, which saving adds to the end of a file.
   */
  changed(edits: readonly Edit[], textIn: (range: Range) => string, nowMs: number): void {
    if (this.tracked === undefined) {
      return;
    }
    const { offer, shownAtMs } = this.tracked;
    const { range, suggestions } = offer;
    const before = edits.filter((edit) => isBefore(edit.range.end, range.start));
    const edit = edits.find((one) => !before.includes(one) && !isBefore(range.end, one.range.start));
    const moved = rangeAfter(range, before);
    const [first] = suggestions;
    if (edit === undefined) {
      this.tracked = { offer: { ...offer, range: moved }, shownAtMs };
      return;
    }
    this.tracked = undefined;
    const end = rangeAfter({ start: edit.range.end, end: edit.range.end }, [edit, ...before]).start;
    if (edit.range.start.line < range.start.line || !isBefore(moved.start, end)) {
      return;
    }
    const typed = textIn({ start: moved.start, end });
    const agreeing = suggestions.filter(({ insertText }) => agree(insertText, typed));
    if (agreeing.length > 0) {
      const grown = { start: moved.start, end: later(rangeAfter(range, [edit, ...before]).end, end) };
      this.tracked = { offer: { ...offer, range: grown, suggestions: agreeing }, shownAtMs };
    } else if (first !== undefined && nowMs - shownAtMs >= READABLE_MS && !/^\r?\n$/.test(typed)) {
      this.onRejected(first.suggestionId);
    }
  }
}

/**
 * What the editor adds by itself after what was typed: brackets and quotes that close it, or a line for the bracket before
 * which Enter was typed.
 */
const additions = [/[)\]}"'`\s]+$/, /\n[ \t]*$/];

/** Whether one is the beginning of the other, or would be without what the editor has added. */
function agree(suggested: string, typed: string): boolean {
  const withoutAdditions = additions.map((addition) => typed.replace(addition, ''));
  return (
    typed.startsWith(suggested) ||
    [typed, ...withoutAdditions].some((text) => text !== '' && suggested.startsWith(text))
  );
}
