import type { TextRange } from '../../base/textRange';
import type { GenerateTimings } from '../../engine/engine';

export interface TextDocument {
  readonly uri: string;
  readonly languageId: string;
  /** Grows with each change; an outcome for an older version is never shown. */
  readonly version: number;
  readonly text: string;
}

export interface CompletionRequest {
  readonly document: TextDocument;
  /** The cursor, as a UTF-16 offset. */
  readonly offset: number;
  /** `manual`: the user asked with a key, and always gets the best answer there is. */
  readonly trigger: 'automatic' | 'manual';
  /** The item selected in the suggest widget: a suggestion must begin with it. */
  readonly selectedCompletion?: { readonly text: string; readonly replace: TextRange };
  /** Other files worth showing to the model (open, recently edited, imported), most relevant first. */
  readonly relatedFiles: readonly TextDocument[];
  readonly options: CompletionOptions;
}

/** The user's wishes, as plain values. */
export interface CompletionOptions {
  readonly multiLine: 'automatic' | 'never';
  readonly inComments: boolean;
  readonly inStrings: boolean;
  /** Tokens of prompt at most, all parts together. */
  readonly maxPromptTokens: number;
  /** Time after which what has been produced so far is taken, or nothing. */
  readonly deadlineMs: number;
}

/** What a prompt begins with: the file above a line, as far as it is shown, after what other files show. */
export interface PromptBeginning {
  /** Of the file only. */
  readonly text: string;
  /** All of it, without the token that opens the prompt. */
  readonly ids: readonly number[];
}

/** Every request ends in one of these, and each is logged: "why no suggestion?" always has an answer. */
export type CompletionOutcome = Suggestion | NoSuggestion;

export interface Suggestion {
  readonly kind: 'suggestion';
  /** Text to insert in place of `replace`. */
  readonly text: string;
  readonly replace: TextRange;
  readonly source: 'model' | 'cache' | 'typed-through';
  /** The model's log-probability (natural logarithm) of the first line, all its tokens together. */
  readonly confidence: number;
  readonly timings: CompletionTimings;
  /** Resolves when asking again would give more, after a deadline cut this short; never when that comes to nothing. */
  readonly fuller?: Promise<void>;
}

interface NoSuggestion {
  readonly kind: 'none';
  readonly reason: NoSuggestionReason;
  /** One phrase for the page that explains outcomes; never document text. */
  readonly detail: string;
  readonly timings: CompletionTimings;
  /** As in `Suggestion`. */
  readonly fuller?: Promise<void>;
}

export type NoSuggestionReason =
  | 'cancelled'
  | 'deadline'
  | 'no-model'
  | 'model-cannot-complete'
  | 'paused'
  | 'language-off'
  | 'excluded-file'
  | 'document-too-large'
  | 'inside-word'
  | 'text-after-cursor'
  | 'in-comment'
  | 'in-string'
  | 'selection'
  | 'disagrees-with-suggest-widget'
  | 'below-confidence'
  | 'empty'
  | 'repeats-context'
  | 'recently-rejected'
  | 'failed';

export interface CompletionTimings {
  readonly totalMs: number;
  /** Absent when the engine was not asked. */
  readonly engine?: GenerateTimings;
}
