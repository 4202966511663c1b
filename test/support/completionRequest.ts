import { placeOf, type Place } from '../../src/features/completion/place';
import type { CompletionRequest } from '../../src/features/completion/types';
import { parseCursor } from './markers';

type Changes = Partial<Omit<CompletionRequest, 'document' | 'options'>> & {
  readonly uri?: string;
  readonly languageId?: string;
  readonly options?: Partial<CompletionRequest['options']>;
};

/** A request at the `█` of a document, as the server would make it. */
export function requestAt(marked: string, changes: Changes = {}): CompletionRequest {
  const { text, offset } = parseCursor(marked);
  const {
    uri = 'file:///home/me/project/src/main.ts',
    languageId = 'typescript',
    options,
    ...rest
  } = changes;
  return {
    document: { uri, languageId, version: 1, text },
    offset,
    trigger: 'automatic',
    relatedFiles: [],
    ...rest,
    options: {
      multiLine: 'automatic',
      inComments: true,
      inStrings: true,
      maxPromptTokens: 1024,
      deadlineMs: 60_000,
      ...options,
    },
  };
}

export function placeAt(marked: string, changes: Changes = {}): Place {
  return placeOf(requestAt(marked, changes));
}
