import type { TextDocument } from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { isSupported } from '../documentSelector';

/**
 * For one client: lets only documents through that Sotto serves, as the library asks for all. What is known of a document
 * when it is opened holds until it is closed, so that the server hears the whole of its life or nothing.
 */
export function supportedDocumentsOnly(middleware: Middleware): Middleware {
  const { provideInlineCompletionItems: complete } = middleware;
  const openUris = new Set<string>();
  const isOpen = ({ uri }: TextDocument) => openUris.has(uri.toString());
  const nothing = Promise.resolve();
  return {
    ...middleware,
    didOpen: (document, next) => {
      if (!isSupported(document)) {
        return nothing;
      }
      openUris.add(document.uri.toString());
      return next(document);
    },
    didChange: (event, next) => (isOpen(event.document) ? next(event) : nothing),
    didSave: (document, next) => (isOpen(document) ? next(document) : nothing),
    didClose: (document, next) => (openUris.delete(document.uri.toString()) ? next(document) : nothing),
    provideInlineCompletionItems: (document, position, context, token, next) => {
      if (!isOpen(document)) {
        return [];
      }
      return complete
        ? complete(document, position, context, token, next)
        : next(document, position, context, token);
    },
  };
}
