import type { CompletionRequest, NoSuggestionReason } from '../types';
import { lexicalScopeAtEnd } from './lexicalScope';
import { technicalObstacle } from './technicalObstacle';
import { withLineFeeds } from '../place';

export interface Refusal {
  readonly reason: NoSuggestionReason;
  readonly detail: string;
}

/**
 * Why the model is not asked, or undefined when it is. A manual trigger meets only the technical limits: the
 * user knows better than any rule of ours whether a suggestion is wanted here.
 */
export function refusalFor(request: CompletionRequest): Refusal | undefined {
  const rules = request.trigger === 'manual' ? technicalRules : [...technicalRules, ...courtesyRules];
  for (const rule of rules) {
    const refusal = rule(request);
    if (refusal !== undefined) {
      return refusal;
    }
  }
  return undefined;
}

type Rule = (request: CompletionRequest) => Refusal | undefined;

const technicalRules: readonly Rule[] = [documentTooLarge, disagreesWithSuggestWidget];
const courtesyRules: readonly Rule[] = [insideWord, textAfterCursor, insideCommentOrString];

/**
 * Copilot's rule for text right of the cursor, closing punctuation and then at most one of `: { ; ,`, with the ends of
 * tags as punctuation: `</p>` is what an editor closes by itself.
 */
const closingPunctuationOnly = /^(?:[)>}\]"'`]| ?\/>|<\/[\w.:-]*>)*\s*[:{;,]?$/;
/**
 * Beyond Copilot's rule: what is left of a function's head when the cursor stands in its parameters. A type after
 * `->` or `:`, an arrow, or words (`throws IOException`, `(int, error)`, `const noexcept`) before a block.
 */
const restOfHead = new RegExp(
  String.raw`^[)\]]+\s*(?:` +
    [
      String.raw`->[^;{}]*[{:;]?`,
      String.raw`:[^=;{}]*(?:\{|=>\s*[{(]?)`,
      String.raw`:\s*[\w.<>[\]|&,\s?]+;`,
      String.raw`=>\s*[{(]?`,
      String.raw`(?:\([\w\s.,*[\]]*\)|[\w.*,[\]]+(?:<[^<>]*>)?)(?:\s+[\w.*,[\]]+(?:<[^<>]*>)?)*\s*\{`,
    ].join('|') +
    String.raw`)$`,
);
const wordCharacter = /^[\p{L}\p{N}_$]/u;

function documentTooLarge({ document }: CompletionRequest): Refusal | undefined {
  const obstacle = technicalObstacle(document);
  return obstacle === undefined ? undefined : { reason: 'document-too-large', detail: obstacle };
}

/** The host shows a suggestion beside the suggest widget only where it begins with the selected item. */
function disagreesWithSuggestWidget(request: CompletionRequest): Refusal | undefined {
  const selected = request.selectedCompletion;
  if (selected === undefined) {
    return undefined;
  }
  const typed = request.document.text.slice(selected.replace.start, request.offset);
  return selected.replace.start <= request.offset && selected.text.startsWith(typed)
    ? undefined
    : {
        reason: 'disagrees-with-suggest-widget',
        detail: 'the selected item does not begin with the typed text',
      };
}

function insideWord({ document, offset }: CompletionRequest): Refusal | undefined {
  // Two units, so that a letter outside the basic plane is seen whole.
  return wordCharacter.test(document.text.slice(offset, offset + 2))
    ? { reason: 'inside-word', detail: 'the cursor stands before a word character' }
    : undefined;
}

function textAfterCursor({ document, offset }: CompletionRequest): Refusal | undefined {
  const lineEnd = document.text.indexOf('\n', offset);
  const rest = document.text.slice(offset, lineEnd < 0 ? undefined : lineEnd).trim();
  return closingPunctuationOnly.test(rest) || restOfHead.test(rest)
    ? undefined
    : { reason: 'text-after-cursor', detail: 'more than closing punctuation stands right of the cursor' };
}

function insideCommentOrString({ document, offset, options }: CompletionRequest): Refusal | undefined {
  if (options.inComments && options.inStrings) {
    return undefined;
  }
  const scope = lexicalScopeAtEnd(withLineFeeds(document.text.slice(0, offset)), document.languageId);
  if (scope === 'comment' && !options.inComments) {
    return { reason: 'in-comment', detail: 'suggestions in comments are off' };
  }
  if (scope === 'string' && !options.inStrings) {
    return { reason: 'in-string', detail: 'suggestions in strings are off' };
  }
  return undefined;
}
