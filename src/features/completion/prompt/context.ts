import type { Place } from '../place';
import type { TextDocument } from '../types';
import {
  chooseFileWindow,
  defaultWindowBudget,
  largestWindow,
  type FileWindow,
  type WindowBudget,
} from './fileWindow';
import { chooseRelatedSnippets, type RelatedSnippet } from './relatedSnippets';
import type { CompletionTokenizer } from './tokenizer';

/** Everything a prompt is made of, stable parts first. */
export interface PromptContext {
  readonly uri: string;
  readonly languageId: string;
  readonly snippets: readonly RelatedSnippet[];
  readonly window: FileWindow;
}

/** Tokens of related files at most; what `maxPromptTokens` leaves may be less. */
const RELATED_TOKENS = 256;
/** Kept free for the typed part of the line, the special tokens and the snippets' paths. */
const RESERVED_TOKENS = 160;

export interface ContextRequest {
  readonly place: Place;
  readonly relatedFiles: readonly TextDocument[];
  readonly maxPromptTokens: number;
}

/**
 * Chooses what the model sees. While the file window's start stays, the snippets stay too, whatever happens in
 * other files: a changed snippet would cost the prefill of everything behind it at that keystroke.
 */
export function chooseContext(
  { place, relatedFiles, maxPromptTokens }: ContextRequest,
  previous: PromptContext | undefined,
  tokenizer: CompletionTokenizer,
): PromptContext {
  const known = previous?.uri === place.uri ? previous : undefined;
  const budget = windowBudgetWithin(maxPromptTokens - RESERVED_TOKENS);
  const window = chooseFileWindow(place, known?.window, budget, tokenizer);
  if (known !== undefined && known.window.anchor === window.anchor) {
    return { ...known, window };
  }
  const spareTokens = maxPromptTokens - RESERVED_TOKENS - largestWindow(budget);
  const snippets =
    spareTokens <= 0
      ? []
      : chooseRelatedSnippets(place, relatedFiles, Math.min(RELATED_TOKENS, spareTokens), tokenizer);
  return { uri: place.uri, languageId: place.languageId, snippets, window };
}

/** The usual budget, made smaller in proportion when the prompt as a whole must be. */
function windowBudgetWithin(maxTokens: number): WindowBudget {
  const usual = defaultWindowBudget;
  const share = Math.min(1, Math.max(0, maxTokens) / largestWindow(usual));
  return {
    prefixTokens: Math.floor(usual.prefixTokens * share),
    suffixTokens: Math.floor(usual.suffixTokens * share),
  };
}
