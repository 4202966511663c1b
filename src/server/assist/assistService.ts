import type { Connection } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { UserError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import { createChatModel, type ChatModel } from '../../features/chat/answer';
import { documentSymbols } from '../../features/documentation/document';
import type { DocumentationRequest } from '../../features/documentation/types';
import { askFurther, explain } from '../../features/explanation/explain';
import { findSubject } from '../../features/explanation/subject';
import type { Explanation, ExplanationEvent } from '../../features/explanation/types';
import * as protocol from '../../shared/protocol';
import { withTree } from '../../syntax/parser';
import { callsIn } from '../../syntax/references';
import { runCommand } from '../editor/commandResult';
import { fileName } from '../editor/fileName';
import type { CommandModel } from '../model/modelLoader';
import { toOffsets, toRange } from '../editor/positions';
import { requireDocument, type OpenDocuments } from '../editor/requireDocument';

/** What the commands need of the server. */
export interface AssistHost extends OpenDocuments {
  readonly connection: Connection;
  readonly logger: Logger;
  /** Texts of other open documents of the same language. */
  projectTexts(document: TextDocument): readonly string[];
  /** Rejects with a `UserError` when there is no model. */
  useModel<Value>(run: (model: CommandModel) => Promise<Value>, signal: AbortSignal): Promise<Value>;
}

/** More names than these would not fit the prompt anyway. */
const maxCallCount = 12;

/** Answers the requests to explain and to document. */
export function listenToAssistRequests(host: AssistHost): void {
  const { connection } = host;
  connection.onRequest(protocol.subjectRequest, (reference, token) =>
    runCommand(host.logger, token, () => describeSubject(host, reference)),
  );
  connection.onRequest(protocol.explainRequest, (parameters, token) =>
    runCommand(host.logger, token, (signal) => explainCode(host, parameters, signal)),
  );
  connection.onRequest(protocol.documentRequest, (parameters, token) =>
    runCommand(host.logger, token, (signal) => documentCode(host, parameters, signal)),
  );
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
  const withChatModel = (run: (model: ChatModel) => Promise<Explanation>) =>
    host.useModel(
      ({ engine, tokenizer, chatTemplate }) => run(createChatModel(engine, tokenizer, chatTemplate)),
      signal,
    );
  if (parameters.kind === 'question') {
    const { conversation, question } = parameters;
    return toAnswer(
      await withChatModel((model) => askFurther(conversation, question, model, onEvent, signal)),
    );
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
  return toAnswer(await withChatModel((model) => explain(request, model, onEvent, signal)));
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
  const request: DocumentationRequest = {
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
  };
  const { edits, symbolCount, leftCount } = await host.useModel(
    (model) => documentSymbols(request, model, signal),
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
