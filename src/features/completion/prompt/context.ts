import type { Place } from '../place';
import type { TextDocument } from '../types';
import {
  chooseFileWindow,
  defaultWindowBudget,
  freshWindow,
  keptPrefix,
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
  /** The prompt's size for which it was chosen. */
  readonly promptTokens: number;
}

/** Tokens of related files at most; what `maxPromptTokens` leaves may be less. */
const RELATED_TOKENS = 256;
/** Kept free for the typed part of the line, the special tokens and the snippets' paths. */
const RESERVED_TOKENS = 160;
/** Of a new context at least, however slow the machine is: a model that sees less is hardly ever right. */
const MIN_COLD_TOKENS = 128;
/** Reading everything anew has to be worth it: so much larger is a prompt for which a context is given up. */
const WORTHWHILE_GROWTH = 1.5;

export interface ContextRequest {
  readonly place: Place;
  readonly relatedFiles: readonly TextDocument[];
  readonly maxPromptTokens: number;
  /** How much of a new context may be read for the first suggestion, special tokens not counted. */
  readonly coldTokens: number;
  /** Whether a context that was chosen for a much smaller prompt is chosen anew. */
  readonly mayGrow: boolean;
}

/**
 * Chooses what the model sees. While the file window's start stays, the snippets and the size stay too, whatever
 * happens in other files: a changed snippet would cost the prefill of everything behind it at that keystroke.
 */
export function chooseContext(
  request: ContextRequest,
  previous: PromptContext | undefined,
  tokenizer: CompletionTokenizer,
): PromptContext {
  const { place, relatedFiles } = request;
  const promptTokens = Math.min(request.maxPromptTokens, promptReadWith(request.coldTokens));
  if (previous?.uri === place.uri && stillFits(previous, promptTokens, request)) {
    const window = chooseFileWindow(place, previous.window, budgetOf(previous.promptTokens), tokenizer);
    if (window.anchor === previous.window.anchor) {
      return { ...previous, window };
    }
  }
  const budget = budgetOf(promptTokens);
  const window = chooseFileWindow(place, undefined, budget, tokenizer);
  const spareTokens = promptTokens - RESERVED_TOKENS - largestWindow(budget);
  const snippets =
    spareTokens <= 0
      ? []
      : chooseRelatedSnippets(place, relatedFiles, Math.min(RELATED_TOKENS, spareTokens), tokenizer);
  return { uri: place.uri, languageId: place.languageId, snippets, window, promptTokens };
}

/** What the model sees of `before`, the file up to a line; undefined where a context would be chosen anew there. */
export function shownBefore(
  { window, promptTokens }: PromptContext,
  before: string,
  tokenizer: CompletionTokenizer,
): string | undefined {
  return keptPrefix(before, window.anchor, budgetOf(promptTokens), tokenizer);
}

function stillFits(
  previous: PromptContext,
  promptTokens: number,
  { maxPromptTokens, mayGrow }: ContextRequest,
): boolean {
  const isTooSmall = mayGrow && promptTokens >= previous.promptTokens * WORTHWHILE_GROWTH;
  return previous.promptTokens <= maxPromptTokens && !isTooSmall;
}

/** The size of a prompt of which a new context takes `coldTokens`: windows come first, then snippets. */
function promptReadWith(coldTokens: number): number {
  const usual = defaultWindowBudget;
  const windowTokens = freshWindow(usual);
  const cold = Math.max(MIN_COLD_TOKENS, coldTokens);
  const room =
    cold < windowTokens
      ? (largestWindow(usual) * cold) / windowTokens
      : largestWindow(usual) + cold - windowTokens;
  return RESERVED_TOKENS + Math.floor(room);
}

/** The usual budget, made smaller in proportion when the prompt as a whole must be. */
function budgetOf(promptTokens: number): WindowBudget {
  const usual = defaultWindowBudget;
  const share = Math.min(1, Math.max(0, promptTokens - RESERVED_TOKENS) / largestWindow(usual));
  return {
    prefixTokens: Math.floor(usual.prefixTokens * share),
    suffixTokens: Math.floor(usual.suffixTokens * share),
  };
}
