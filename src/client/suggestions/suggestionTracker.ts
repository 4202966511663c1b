/** A suggestion seen for less than this was not read, so typing on says nothing about it. */
const READABLE_MS = 750;

export interface TrackedSuggestion {
  readonly suggestionId: number;
  readonly uri: string;
  readonly insertText: string;
  /** Where the text it replaces begins; zero-based. */
  readonly start: { readonly line: number; readonly character: number };
}

/**
 * Infers from what the user types whether a suggestion was rejected; VS Code only tells of acceptance, by a command.
 * One suggestion is tracked at a time: a newer one takes its place without a verdict.
 */
export class SuggestionTracker {
  private tracked: { readonly suggestion: TrackedSuggestion; readonly shownAtMs: number } | undefined;

  constructor(private readonly onRejected: (suggestionId: number) => void) {}

  shown(suggestion: TrackedSuggestion, nowMs: number): void {
    this.tracked = { suggestion, shownAtMs: nowMs };
  }

  accepted(): void {
    this.tracked = undefined;
  }

  /** The suggestion whose fate a change of `uri` decides, if any. */
  current(uri: string): TrackedSuggestion | undefined {
    return this.tracked?.suggestion.uri === uri ? this.tracked.suggestion : undefined;
  }

  /**
   * A change was made in the document: `textFromStart` is what now stands between the place where the suggestion
   * begins and the end of the change. Typing what was suggested, accepting all or a word of it, is no rejection.
   */
  changed(textFromStart: string, nowMs: number): void {
    if (this.tracked === undefined) {
      return;
    }
    const { suggestion, shownAtMs } = this.tracked;
    if (agree(suggestion.insertText, textFromStart)) {
      return;
    }
    this.tracked = undefined;
    if (nowMs - shownAtMs >= READABLE_MS) {
      this.onRejected(suggestion.suggestionId);
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
    (typed !== '' && typed.startsWith(suggested)) ||
    [typed, ...withoutAdditions].some((text) => text !== '' && suggested.startsWith(text))
  );
}
