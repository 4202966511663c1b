import type { Connection } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { UserError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { TextRange } from '../../base/textRange';
import * as protocol from '../../shared/protocol';
import { runCommand } from '../editor/commandResult';
import type { ResidentModel } from '../model/modelLoader';
import { toOffsets } from '../editor/positions';
import { requireDocument, type OpenDocuments } from '../editor/requireDocument';
import { toBugLine } from './bugLine';
import { findFunctions } from './checkUnits';
import { placeFinding, type DocumentBugs } from './documentBugs';
import { wholeLines } from './textChange';

/** More than the user can weigh at once would only hide the first. */
const MAX_ANSWER_COUNT = 3;

/** What a review needs of the server and of the checks. */
export interface ReviewHost extends OpenDocuments {
  readonly connection: Connection;
  readonly logger: Logger;
  /** Of the workspace, with forward slashes; of a file outside of it only the name. */
  path(uri: string): string;
  useModel<Value>(run: (model: ResidentModel) => Promise<Value>, signal: AbortSignal): Promise<Value>;
  /** Of an open document. */
  state(uri: string): DocumentBugs;
  facts(uri: string): Promise<protocol.BugFacts>;
  publish(document: TextDocument): void;
  /** Runs the review with no check beside it. */
  during<Value>(review: () => Promise<Value>): Promise<Value>;
}

/** Answers the requests to review a function or a file. */
export function listenToReviewRequests(host: ReviewHost): void {
  host.connection.onRequest(protocol.reviewRequest, (parameters, token) =>
    runCommand(host.logger, token, (signal) => host.during(() => review(host, parameters, signal))),
  );
}

async function review(
  host: ReviewHost,
  parameters: protocol.ReviewParameters,
  signal: AbortSignal,
): Promise<protocol.ReviewAnswer> {
  const { uri, requestId } = parameters;
  const document = requireDocument(host, uri);
  const state = host.state(uri);
  const { languageId } = document;
  const text = document.getText();
  const recording = state.record();
  try {
    const subject = await findSubject(document, parameters);
    const onProgress = (doneCount: number, totalCount: number, functionName: string) =>
      void host.connection.sendNotification(protocol.reviewProgressNotification, {
        requestId,
        doneCount,
        totalCount,
        functionName,
      });
    const [findings, dismissedKeys] = await host.useModel(async ({ bugs }) => {
      const facts = await host.facts(uri);
      const request = {
        languageId,
        text,
        fileName: host.path(uri),
        ranges: subject.spans,
        linesToSkip: new Set(facts.linesToSkip),
      };
      return [await bugs.review(request, onProgress, signal), facts.dismissedKeys] as const;
    }, signal);
    signal.throwIfAborted();
    const places = findings
      .filter((finding) => !dismissedKeys.includes(placeFinding(text, finding).dismissalKey))
      .slice(0, MAX_ANSWER_COUNT)
      .map((finding, index) => placeFinding(text, finding, index + 1));
    // The user may have gone on typing: what was typed into is not told any more.
    const moved = recording.move(places);
    state.noteReviewed(moved);
    host.publish(document);
    return {
      version: document.version,
      functionName: subject.name ?? null,
      lines: moved.map((place) => toBugLine(document, place)),
    };
  } finally {
    recording.stop();
  }
}

interface ReviewSubject {
  readonly spans: readonly TextRange[];
  /** Undefined for a function without one, for several, and for a whole file. */
  readonly name: string | undefined;
}

/** All of the file, or the functions on the lines of the cursor or the selection: `export` stands before its function. */
async function findSubject(
  document: TextDocument,
  { range, scope }: protocol.ReviewParameters,
): Promise<ReviewSubject> {
  const text = document.getText();
  const selected =
    scope === 'file' ? { start: 0, end: text.length } : wholeLines(text, toOffsets(document, range));
  const functions = await findFunctions(document.languageId, text, [selected]);
  if (functions === undefined) {
    throw new UserError(
      'unsupported-language',
      `Sotto cannot review ${document.languageId}.`,
      'It reviews JavaScript, TypeScript, Python and Java.',
    );
  }
  const [first, ...others] = functions;
  if (first === undefined) {
    throw new UserError(
      'no-symbol',
      scope === 'file' ? 'There is no function in this file.' : 'There is no function here to review.',
      'Place the cursor in a function.',
    );
  }
  return {
    spans: [selected],
    name: scope === 'function' && others.length === 0 ? first.name : undefined,
  };
}
