import type { Connection, Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { isAbortError } from '../../base/abort';
import { describeError, UserError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { TextRange } from '../../base/textRange';
import { createChatModel } from '../../features/chat/answer';
import { documentSymbols } from '../../features/documentation/document';
import { askFurther, explain } from '../../features/explanation/explain';
import { findSubject } from '../../features/explanation/subject';
import type { Explanation, ExplanationEvent } from '../../features/explanation/types';
import * as protocol from '../../shared/protocol';
import { withTree } from '../../syntax/parser';
import { callsIn } from '../../syntax/references';
import { withSignal } from '../cancellation';
import { fileName } from '../fileName';
import type { CommandModel } from '../model/modelLoader';

/** What the commands need of the server. */
export interface AssistHost {
  readonly connection: Connection;
  readonly logger: Logger;
  /** The document as the editor has it, or undefined. */
  document(uri: string): TextDocument | undefined;
  isExcluded(uri: string): boolean;
  /** Texts of other open documents of the same language. */
  projectTexts(document: TextDocument): readonly string[];
  /** Rejects with a `UserError` when there is no model. */
  requireModel(signal: AbortSignal): Promise<CommandModel>;
}

/** More names than these would not fit the prompt anyway. */
const maxCallCount = 12;

/** Answers the requests to explain and to document. */
export function listenToAssistRequests(host: AssistHost): void {
  const { connection } = host;
  connection.onRequest(protocol.subjectRequest, (reference, token) =>
    withSignal(token, (signal) => settle(host.logger, signal, () => describeSubject(host, reference))),
  );
  connection.onRequest(protocol.explainRequest, (parameters, token) =>
    withSignal(token, (signal) => settle(host.logger, signal, () => explainCode(host, parameters, signal))),
  );
  connection.onRequest(protocol.documentRequest, (parameters, token) =>
    withSignal(token, (signal) => settle(host.logger, signal, () => documentCode(host, parameters, signal))),
  );
}

/** Fault barrier: whatever happens, the client gets a result that it can show. */
export async function settle<Value>(
  logger: Logger,
  signal: AbortSignal,
  run: () => Promise<Value>,
): Promise<protocol.CommandResult<Value>> {
  try {
    return { kind: 'done', value: await run() };
  } catch (error) {
    if (signal.aborted || isAbortError(error)) {
      return { kind: 'cancelled' };
    }
    logger.error(describeError(error));
    return error instanceof UserError
      ? { kind: 'failed', code: error.code, reason: error.message, advice: error.advice }
      : {
          kind: 'failed',
          code: 'engine-failed',
          reason: `Something went wrong: ${describeError(error)}`,
          advice: 'The log has the details; "Sotto: Restart" starts anew.',
        };
  }
}

async function describeSubject(
  host: AssistHost,
  { uri, range }: protocol.CodeReference,
): Promise<protocol.ExplanationSubject> {
  const document = requireDocument(host, uri);
  const { languageId } = document;
  const text = document.getText();
  const subject = await findSubject(languageId, text, toOffsets(document, range));
  const calls = (await withTree(languageId, text, (tree) => callsIn(tree, subject.range))) ?? [];
  return {
    range: toRange(document, subject.range),
    name: subject.symbol?.name ?? null,
    calls: calls
      .slice(0, maxCallCount)
      .map(({ name, offset }) => ({ name, position: document.positionAt(offset) })),
  };
}

async function explainCode(
  host: AssistHost,
  parameters: protocol.ExplainParameters,
  signal: AbortSignal,
): Promise<protocol.ExplanationAnswer> {
  const { requestId } = parameters;
  const onEvent = (event: ExplanationEvent) =>
    void host.connection.sendNotification(protocol.explanationProgressNotification, { requestId, ...event });
  const openModel = async () => {
    const { engine, tokenizer, chatTemplate } = await host.requireModel(signal);
    return createChatModel(engine, tokenizer, chatTemplate);
  };
  if (parameters.kind === 'question') {
    const { conversation, question } = parameters;
    return toAnswer(await askFurther(conversation, question, await openModel(), onEvent, signal));
  }
  const { uri, range, facts, length, question } = parameters;
  const document = requireDocument(host, uri);
  const request = {
    languageId: document.languageId,
    text: document.getText(),
    fileName: fileName(uri),
    range: toOffsets(document, range),
    facts,
    length,
    ...(question !== null && { question }),
  };
  return toAnswer(await explain(request, await openModel(), onEvent, signal));
}

function toAnswer({ text, ending, messages }: Explanation): protocol.ExplanationAnswer {
  return { text, cut: ending === 'cut', conversation: messages };
}

async function documentCode(
  host: AssistHost,
  { uri, range, scope, requestId }: protocol.DocumentParameters,
  signal: AbortSignal,
): Promise<protocol.DocumentAnswer> {
  const document = requireDocument(host, uri);
  // The text and its version of now: the document may change while the model writes.
  const { version, languageId } = document;
  const text = document.getText();
  const offsets = toOffsets(document, range);
  const projectTexts = host.projectTexts(document);
  const model = await host.requireModel(signal);
  const { edits, symbolCount, leftCount } = await documentSymbols(
    {
      languageId,
      text,
      fileName: fileName(uri),
      projectTexts,
      target:
        scope === 'file'
          ? { kind: 'file' }
          : offsets.start === offsets.end
            ? { kind: 'symbol', offset: offsets.start }
            : { kind: 'selection', range: offsets },
      onProgress: (doneCount, totalCount, symbolName) =>
        void host.connection.sendNotification(protocol.documentProgressNotification, {
          requestId,
          doneCount,
          totalCount,
          symbolName,
        }),
    },
    model,
    signal,
  );
  if (document.version !== version) {
    throw new UserError(
      'document-changed',
      'The file changed while its comments were being written, so nothing was inserted.',
      'Run the command again.',
    );
  }
  return {
    version,
    symbolCount,
    leftCount,
    edits: edits.map(({ range: edited, newText, symbolName }) => ({
      range: toRange(document, edited),
      newText,
      symbolName,
    })),
  };
}

/** Throws a `UserError` for a document that is not open or excluded. */
export function requireDocument(
  host: Pick<AssistHost, 'document' | 'isExcluded'>,
  uri: string,
): TextDocument {
  const document = host.document(uri);
  if (document === undefined) {
    throw new UserError('file-not-found', 'This file is not open in the editor.', 'Open it as text first.');
  }
  if (host.isExcluded(uri)) {
    throw new UserError(
      'bad-argument',
      'This file is excluded: nothing of it is shown to the model.',
      'The setting sotto.excludedFiles says which files are.',
    );
  }
  return document;
}

function toOffsets(document: TextDocument, { start, end }: protocol.Range): TextRange {
  return { start: document.offsetAt(start), end: document.offsetAt(end) };
}

function toRange(document: TextDocument, { start, end }: TextRange): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}
