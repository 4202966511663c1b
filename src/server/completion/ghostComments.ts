import { isAbortError, raceAbort } from '../../base/abort';
import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { BeforeEngine, Completer } from '../../features/completion/completer';
import { RejectionMemory } from '../../features/completion/memory/rejection';
import { placeOf } from '../../features/completion/place';
import type {
  CompletionOutcome,
  CompletionRequest,
  NoSuggestionReason,
  Suggestion,
} from '../../features/completion/types';
import {
  beginGhostComment,
  isAtCommentMark,
  type GhostComment,
  type GhostCommentInProgress,
} from '../../features/documentation/ghostComment';
import type { DocumentationModel } from '../../features/documentation/types';
import { fileName } from '../editor/fileName';

/**
 * `completer`, which after a mark such as `/**` at an undocumented symbol, or where the comment on a file goes,
 * suggests the whole comment: its structure comes from the syntax tree, where the completer would guess it.
 */
export function withGhostComments(
  completer: Completer,
  model: DocumentationModel,
  logger: Logger,
): Completer {
  const comments = new GhostComments(model, logger, () => completer.stop());
  // A comment goes on being written after its beginning was shown: nothing in the background may end that.
  const whenIdle = (work: () => Promise<void>) => (comments.isWriting ? Promise.resolve() : work());
  return {
    complete: async (request, signal, beforeEngine) =>
      (await comments.suggest(request, signal, beforeEngine)) ??
      completer.complete(request, signal, beforeEngine),
    // A comment's words are the only ones that its rules have left.
    alternatives: (request, shown, signal) =>
      comments.isComment(shown) ? Promise.resolve([]) : completer.alternatives(request, shown, signal),
    warmUp: (request, signal) => whenIdle(() => completer.warmUp(request, signal)),
    prepareNext: (request, suggestion, signal) =>
      whenIdle(() => completer.prepareNext(request, suggestion, signal)),
    beginningBefore: (document, lineStart) => completer.beginningBefore(document, lineStart),
    accepted: (request, suggestion) => completer.accepted(request, suggestion),
    rejected: (request, suggestion) => {
      comments.rejected(request, suggestion);
      completer.rejected(request, suggestion);
    },
    backOffDelayMs: () => completer.backOffDelayMs(),
    stop: () => {
      comments.stop();
      completer.stop();
    },
    dispose: () => {
      comments.stop();
      return completer.dispose();
    },
  };
}

/** How long a comment is written on when nobody waits for it; any other request ends it earlier. */
const LINGER_MS = 10_000;

interface Work {
  readonly key: string;
  readonly controller: AbortController;
  readonly comment: Promise<GhostCommentInProgress | undefined>;
  lingering?: NodeJS.Timeout;
  ended: boolean;
  /** Resolves when the comment is finished; never when it is not. */
  readonly finished: Promise<void>;
}

class GhostComments {
  private readonly rejections = new RejectionMemory(() => performance.now());
  private readonly suggestions = new WeakSet<Suggestion>();
  /** The newest comment, which is kept when it is finished: the editor may ask for it again. */
  private work: Work | undefined;

  constructor(
    private readonly model: DocumentationModel,
    private readonly logger: Logger,
    /** The completer's calls come when their turn does, and would each end the comment's. */
    private readonly stopCompleter: () => void,
  ) {}

  get isWriting(): boolean {
    return this.work?.ended === false;
  }

  /** Undefined: the completer's turn. Never rejects, as a completer must not. */
  async suggest(
    request: CompletionRequest,
    signal: AbortSignal,
    beforeEngine: BeforeEngine | undefined,
  ): Promise<CompletionOutcome | undefined> {
    if (!isWanted(request) || !isAtCommentMark(request.document.text, request.offset)) {
      this.stop();
      return undefined;
    }
    const startMs = performance.now();
    const none = (reason: NoSuggestionReason, detail: string): CompletionOutcome => ({
      kind: 'none',
      reason,
      detail,
      timings: { totalMs: performance.now() - startMs },
    });
    try {
      const work = await this.workFor(request, signal, beforeEngine);
      const comment = await raceAbort(this.commentBy(deadlineOf(request, startMs), work), signal);
      if (comment === undefined || comment === 'late') {
        const detail = `no summary within ${request.options.deadlineMs} ms`;
        return comment && { ...none('deadline', detail), fuller: work.finished };
      }
      if (request.trigger === 'automatic' && this.rejections.isRejected(placeOf(request), comment.text)) {
        return none('recently-rejected', 'this comment was dismissed here');
      }
      const suggestion = this.toSuggestion(comment, performance.now() - startMs, work);
      this.suggestions.add(suggestion);
      return suggestion;
    } catch (error) {
      if (signal.aborted || isAbortError(error)) {
        return none('cancelled', describeError(error));
      }
      this.logger.error(`ghost comment: ${describeError(error)}`);
      return none('failed', describeError(error));
    }
  }

  isComment(suggestion: Suggestion): boolean {
    return this.suggestions.has(suggestion);
  }

  rejected(request: CompletionRequest, suggestion: Suggestion): void {
    if (this.isComment(suggestion)) {
      this.rejections.reject(placeOf(request), suggestion.text);
    }
  }

  stop(): void {
    clearTimeout(this.work?.lingering);
    this.work?.controller.abort();
    this.work = undefined;
  }

  /** The work that runs or ran for this very text and place, or new work. */
  private async workFor(
    request: CompletionRequest,
    signal: AbortSignal,
    beforeEngine: BeforeEngine | undefined,
  ): Promise<Work> {
    const { document, offset, relatedFiles } = request;
    const key = `${document.uri}\0${offset}\0${document.text}`;
    if (this.work?.key === key && !this.work.controller.signal.aborted) {
      return this.work;
    }
    this.stop();
    await beforeEngine?.(signal);
    signal.throwIfAborted();
    this.stopCompleter();
    const controller = new AbortController();
    const { languageId, text } = document;
    const projectTexts = relatedFiles
      .filter((file) => file.languageId === languageId)
      .map((file) => file.text);
    const comment = beginGhostComment(
      { languageId, text, fileName: fileName(document.uri), offset, projectTexts },
      this.model,
      controller.signal,
    );
    const finished = new Promise<void>((resolve) => {
      const end = () => {
        work.ended = true;
        resolve();
      };
      const fail = () => {
        work.ended = true;
        this.work = this.work === work ? undefined : this.work;
      };
      // Who waits for the comment sees the error.
      comment.then((begun) => (begun === undefined ? fail() : begun.finished.then(end, fail)), fail);
    });
    const work: Work = { key, controller, comment, ended: false, finished };
    this.work = work;
    return work;
  }

  /**
   * The finished comment, or at the deadline what there is of it, which is written on meanwhile; `late` before its
   * summary is there, undefined where no comment belongs.
   */
  private async commentBy(deadlineMs: number, work: Work): Promise<GhostComment | 'late' | undefined> {
    clearTimeout(work.lingering);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      const restMs = Math.max(0, deadlineMs - performance.now());
      timer = Number.isFinite(restMs) ? setTimeout(resolve, restMs, 'late') : undefined;
    });
    try {
      const begun = await Promise.race([work.comment, late]);
      if (begun === undefined || begun === 'late') {
        return begun;
      }
      const finished = await Promise.race([begun.finished, late]);
      return finished === 'late' ? (begun.soFar() ?? 'late') : finished;
    } finally {
      clearTimeout(timer);
      work.lingering = setTimeout(() => work.controller.abort(), LINGER_MS);
      work.lingering.unref();
    }
  }

  private toSuggestion({ text, range }: GhostComment, totalMs: number, work: Work): Suggestion {
    return {
      kind: 'suggestion',
      text,
      replace: range,
      source: 'model',
      // What the model was not sure of has neutral words: the comment as a whole is certain.
      confidence: 0,
      timings: { totalMs },
      ...(!work.ended && { fuller: work.finished }),
    };
  }
}

function deadlineOf({ trigger, options }: CompletionRequest, startMs: number): number {
  return trigger === 'manual' ? Number.POSITIVE_INFINITY : startMs + options.deadlineMs;
}

/** The user's wishes; and a comment cannot begin with what the suggest widget holds, so that nobody would see it. */
function isWanted({ trigger, options, selectedCompletion }: CompletionRequest): boolean {
  return (
    selectedCompletion === undefined &&
    (trigger === 'manual' || (options.inComments && options.multiLine === 'automatic'))
  );
}
