import type { TextRange } from '../../base/textRange';
import type { ChatMessage } from '../chat/chatFormat';

export interface ExplanationRequest {
  readonly languageId: string;
  /** The whole file. */
  readonly text: string;
  /** The file's name, as the model sees it. */
  readonly fileName: string;
  /** What is selected; empty: the symbol at the place. */
  readonly range: TextRange;
  /** What the editor knows of names used in the code: hover texts, definitions. */
  readonly facts: readonly NameFact[];
  readonly length: ExplanationLength;
  /** Answered in place of the explanation. */
  readonly question?: string;
}

export type ExplanationLength = 'short' | 'normal' | 'long';

export interface NameFact {
  readonly name: string;
  /** Plain text or markdown, as the editor shows it. */
  readonly text: string;
}

/** What happens while an explanation is made. */
export type ExplanationEvent =
  /** Before a long selection is explained, its parts are: one event for each. */
  | { readonly kind: 'part'; readonly name: string; readonly partIndex: number; readonly partCount: number }
  /** What the model is given: with it, a question can follow an answer that was stopped. */
  | { readonly kind: 'prompt'; readonly messages: readonly ChatMessage[] }
  | { readonly kind: 'text'; readonly text: string };

export interface Explanation {
  readonly text: string;
  readonly ending: 'finished' | 'cut';
  /** The conversation with the answer as its last message: what a follow-up question continues. */
  readonly messages: readonly ChatMessage[];
}
