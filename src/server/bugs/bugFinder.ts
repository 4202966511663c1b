import type { UserError } from '../../base/errors';
import type { Completer } from '../../features/completion/completer';
import { checkForSlips } from '../../features/bugs/check';
import { reviewCode } from '../../features/bugs/review';
import type { BugFinding, BugModel, BugRequest } from '../../features/bugs/types';

/** Called before each function is read. */
type ReportReview = (doneCount: number, totalCount: number, functionName: string) => void;

/** The detection over the model in memory, with the priority of each kind of work. */
export interface BugFinder {
  /**
   * The squiggles in the document at `uri`; runs in the background and rejects with an abort error when anything else
   * wants the engine.
   */
  check(uri: string, request: BugRequest, signal: AbortSignal): Promise<readonly BugFinding[]>;
  /** The most doubtful places, most doubtful first; gives way to completions and goes on afterwards. */
  review(request: BugRequest, onProgress: ReportReview, signal: AbortSignal): Promise<readonly BugFinding[]>;
}

/** In place of a finder, for a model that lacks what the detection asks of it: no squiggles, and reviews say why. */
export function createUnableBugFinder(reason: UserError): BugFinder {
  return { check: () => Promise.resolve([]), review: () => Promise.reject(reason) };
}

/**
 * The finder that checks with one view of the engine and reviews with another. A check reads what completions have read:
 * most often lines are checked that somebody has just typed.
 */
export function createBugFinder(
  background: BugModel,
  command: BugModel,
  completer: Pick<Completer, 'beginningBefore'>,
): BugFinder {
  return {
    check: (uri, request, signal) => {
      const { text } = request;
      const readBefore = (lineStart: number) => completer.beginningBefore({ uri, text }, lineStart);
      return checkForSlips({ ...request, readBefore }, background, signal);
    },
    review: (request, onProgress, signal) => reviewCode(request, command, onProgress, signal),
  };
}
