import { isAbortError } from '../../base/abort';
import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { BeforeEngine, Completer } from '../../features/completion/completer';
import type { CompletionOutcome, CompletionRequest } from '../../features/completion/types';
import { ghostComment, isAtCommentMark } from '../../features/documentation/ghostComment';
import type { DocumentationModel } from '../../features/documentation/types';

/**
 * `completer`, which after a mark such as `/**` at an undocumented symbol suggests the symbol's whole comment: its
 * structure comes from the syntax tree, where the completer would guess it.
 */
export function withGhostComments(
  completer: Completer,
  model: DocumentationModel,
  logger: Logger,
): Completer {
  return {
    complete: async (request, signal, beforeEngine) =>
      (await suggestComment(request, model, logger, signal, beforeEngine)) ??
      completer.complete(request, signal, beforeEngine),
    warmUp: (request, signal) => completer.warmUp(request, signal),
    prepareNext: (request, suggestion, signal) => completer.prepareNext(request, suggestion, signal),
    accepted: (request, suggestion) => completer.accepted(request, suggestion),
    rejected: (request, suggestion) => completer.rejected(request, suggestion),
    backOffDelayMs: () => completer.backOffDelayMs(),
    dispose: () => completer.dispose(),
  };
}

/** Undefined: the completer's turn. Never rejects, as a completer must not. */
async function suggestComment(
  request: CompletionRequest,
  model: DocumentationModel,
  logger: Logger,
  signal: AbortSignal,
  beforeEngine: BeforeEngine | undefined,
): Promise<CompletionOutcome | undefined> {
  const { document, offset, relatedFiles } = request;
  if (!isWanted(request) || !isAtCommentMark(document.text, offset)) {
    return undefined;
  }
  const startMs = performance.now();
  try {
    await beforeEngine?.(signal);
    const sameLanguage = relatedFiles.filter(({ languageId }) => languageId === document.languageId);
    const comment = await ghostComment(
      {
        languageId: document.languageId,
        text: document.text,
        offset,
        projectTexts: sameLanguage.map(({ text }) => text),
      },
      model,
      signal,
    );
    return (
      comment && {
        kind: 'suggestion',
        text: comment.text,
        replace: comment.range,
        source: 'model',
        // What the model was not sure of has neutral words: the comment as a whole is certain.
        confidence: 0,
        timings: { totalMs: performance.now() - startMs },
      }
    );
  } catch (error) {
    const cancelled = signal.aborted || isAbortError(error);
    if (!cancelled) {
      logger.error(`ghost comment: ${describeError(error)}`);
    }
    return {
      kind: 'none',
      reason: cancelled ? 'cancelled' : 'failed',
      detail: describeError(error),
      timings: { totalMs: performance.now() - startMs },
    };
  }
}

/** The user's wishes; and a comment cannot begin with what the suggest widget holds, so that nobody would see it. */
function isWanted({ trigger, options, selectedCompletion }: CompletionRequest): boolean {
  return (
    selectedCompletion === undefined &&
    (trigger === 'manual' || (options.inComments && options.multiLine === 'automatic'))
  );
}
