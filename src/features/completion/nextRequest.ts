import { opensBlock } from './decode/shape';
import { indentationUnit } from './filters/indentation';
import { syntaxAtEnd } from './languages';
import { indentationOf, placeOf } from './place';
import type { CompletionRequest, Suggestion } from './types';

/**
 * The request that is likely to follow when `suggestion` is accepted: at its end, or, where that is the end of
 * a line, on a new line below with the indentation that an editor gives it.
 */
export function requestAfterAccept(request: CompletionRequest, suggestion: Suggestion): CompletionRequest {
  const accepted = applySuggestion(request, suggestion);
  const place = placeOf(accepted);
  if (place.lineSuffix.trim() !== '') {
    return accepted;
  }
  const opened = opensBlock(place.linePrefix, syntaxAtEnd(place.prefix, place.languageId).syntax);
  const indentation = indentationOf(place.linePrefix) + (opened ? indentationUnit(place) : '');
  const cursor = { start: accepted.offset, end: accepted.offset };
  return applySuggestion(accepted, { text: place.lineBreak + indentation, replace: cursor });
}

function applySuggestion(
  request: CompletionRequest,
  { text, replace }: Pick<Suggestion, 'text' | 'replace'>,
): CompletionRequest {
  const before = request.document.text.slice(0, replace.start) + text;
  return {
    ...request,
    document: { ...request.document, text: before + request.document.text.slice(replace.end) },
    offset: before.length,
    trigger: 'automatic',
    selectedCompletion: undefined,
  };
}
