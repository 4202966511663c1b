import {
  InlineCompletionTriggerKind,
  window,
  type InlineCompletionItem,
  type Position,
  type TextDocument,
} from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import type { SkippedRequest } from '../../shared/protocol';

export interface MiddlewareHost {
  /** Why suggestions are paused in this document's language, or undefined. */
  pauseReason(languageId: string): string | undefined;
  /** Whether a request that looks as if made by key was made on the server's word; asked once of each. */
  isOnWord(document: TextDocument, position: Position): boolean;
  skipped(request: SkippedRequest): void;
  /** The items were handed to the editor, which shows the first unless something else takes its place. */
  offered(document: TextDocument, items: readonly InlineCompletionItem[]): void;
  failed(error: unknown): void;
}

/**
 * Stands between the editor and the server: automatic requests that cannot lead to ghost text end here, those that
 * the user makes with a key always go through. Never throws.
 */
export function createMiddleware(host: MiddlewareHost): Pick<Middleware, 'provideInlineCompletionItems'> {
  return {
    provideInlineCompletionItems: async (document, position, context, token, next) => {
      try {
        const automatic =
          host.isOnWord(document, position) || context.triggerKind === InlineCompletionTriggerKind.Automatic;
        const skip = automatic ? findSkip(host, document, position) : undefined;
        if (skip !== undefined) {
          host.skipped(skip);
          return [];
        }
        const triggerKind = automatic ? InlineCompletionTriggerKind.Automatic : context.triggerKind;
        const result = (await next(document, position, { ...context, triggerKind }, token)) ?? [];
        const items = Array.isArray(result) ? result : result.items;
        if (items.length > 0 && !token.isCancellationRequested) {
          host.offered(document, items);
        }
        return items;
      } catch (error) {
        host.failed(error);
        return [];
      }
    },
  };
}

function findSkip(
  host: MiddlewareHost,
  document: TextDocument,
  position: Position,
): SkippedRequest | undefined {
  const place = {
    uri: document.uri.toString(),
    position: { line: position.line, character: position.character },
  };
  const paused = host.pauseReason(document.languageId);
  if (paused !== undefined) {
    return { ...place, reason: 'paused', detail: paused };
  }
  const editor = window.activeTextEditor;
  if (editor?.document !== document) {
    return undefined;
  }
  if (editor.selections.length > 1) {
    return { ...place, reason: 'selection', detail: 'there are several cursors' };
  }
  return editor.selection.isEmpty ? undefined : { ...place, reason: 'selection', detail: 'text is selected' };
}
