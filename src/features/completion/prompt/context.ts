import { displayPath } from '../documentPath';
import type { Place } from '../place';
import type { TextDocument } from '../types';
import {
  chooseFileWindow,
  defaultWindowBudget,
  largestWindow,
  type FileWindow,
  type WindowBudget,
} from './fileWindow';
import { chooseRelatedSnippets, type RelatedSnippet, type SnippetStyle } from './relatedSnippets';
import type { CompletionTokenizer } from './tokenizer';

/** What the model is shown besides the file itself. Each source can be switched, so that each can be measured. */
export interface ContextSources {
  /** The file's path in front of it. */
  readonly path: boolean;
  readonly relatedFiles: SnippetStyle | 'off';
}

export const defaultContextSources: ContextSources = { path: true, relatedFiles: 'similar' };

/** Everything a prompt is made of, stable parts first. */
export interface PromptContext {
  readonly uri: string;
  readonly header: ContextHeader;
  readonly window: FileWindow;
}

export interface ContextHeader {
  readonly repositoryName: string;
  /** Undefined where the path is not shown. */
  readonly path: string | undefined;
  readonly snippets: readonly RelatedSnippet[];
}

/** Tokens of related files at most; what `maxPromptTokens` leaves may be less. */
const RELATED_TOKENS = 256;
/** Kept free for the typed part of the line, the special tokens and the header's names. */
const RESERVED_TOKENS = 160;

export interface ContextRequest {
  readonly place: Place;
  readonly relatedFiles: readonly TextDocument[];
  readonly repositoryName: string | undefined;
  readonly maxPromptTokens: number;
}

/**
 * Chooses what the model sees. While the file window's start stays, the header stays too, whatever happens in
 * other files: a changed header would cost the prefill of everything behind it at that keystroke.
 */
export function chooseContext(
  { place, relatedFiles, repositoryName, maxPromptTokens }: ContextRequest,
  previous: PromptContext | undefined,
  sources: ContextSources,
  tokenizer: CompletionTokenizer,
): PromptContext {
  const known = previous?.uri === place.uri ? previous : undefined;
  const budget = windowBudgetWithin(maxPromptTokens - RESERVED_TOKENS);
  const window = chooseFileWindow(place, known?.window, budget, tokenizer);
  if (known !== undefined && known.window.anchor === window.anchor) {
    return { uri: place.uri, header: known.header, window };
  }
  const spareTokens = maxPromptTokens - RESERVED_TOKENS - largestWindow(budget);
  const snippets =
    sources.relatedFiles === 'off' || spareTokens <= 0
      ? []
      : chooseRelatedSnippets(
          place,
          relatedFiles,
          sources.relatedFiles,
          Math.min(RELATED_TOKENS, spareTokens),
          tokenizer,
        );
  const header: ContextHeader = {
    repositoryName: repositoryName ?? 'workspace',
    path: sources.path ? displayPath(place.uri) : undefined,
    snippets,
  };
  return { uri: place.uri, header, window };
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
