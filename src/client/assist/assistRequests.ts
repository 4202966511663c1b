import type { CancellationToken } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { UserError } from '../../base/errors';
import * as protocol from '../../shared/protocol';

type WithoutId<Parameters> = Parameters extends unknown ? Omit<Parameters, 'requestId'> : never;
type DocumentStep = { readonly doneCount: number; readonly totalCount: number; readonly symbolName: string };

/**
 * The server's explain and document requests, with the progress of each brought back to who asked. Each resolves to
 * undefined when it was cancelled, and rejects with a `UserError` when it failed.
 */
export class AssistRequests {
  private readonly explaining = new Map<number, (progress: protocol.ExplanationProgress) => void>();
  private readonly documenting = new Map<number, (step: DocumentStep) => void>();
  private lastRequestId = 0;

  constructor(private readonly requireClient: () => LanguageClient) {}

  /** Called for each new client. */
  listen(client: LanguageClient): void {
    client.onNotification(protocol.explanationProgressNotification, (progress) =>
      this.explaining.get(progress.requestId)?.(progress),
    );
    client.onNotification(protocol.documentProgressNotification, (step) =>
      this.documenting.get(step.requestId)?.(step),
    );
  }

  async subject(
    reference: protocol.CodeReference,
    token: CancellationToken,
  ): Promise<protocol.ExplanationSubject | undefined> {
    return unwrap(await this.requireClient().sendRequest(protocol.subjectRequest, reference, token));
  }

  async explain(
    parameters: WithoutId<protocol.ExplainParameters>,
    onProgress: (progress: protocol.ExplanationProgress) => void,
    token: CancellationToken,
  ): Promise<protocol.ExplanationAnswer | undefined> {
    const requestId = (this.lastRequestId += 1);
    this.explaining.set(requestId, onProgress);
    try {
      const request = { ...parameters, requestId };
      return unwrap(await this.requireClient().sendRequest(protocol.explainRequest, request, token));
    } finally {
      this.explaining.delete(requestId);
    }
  }

  async document(
    parameters: WithoutId<protocol.DocumentParameters>,
    onProgress: (step: DocumentStep) => void,
    token: CancellationToken,
  ): Promise<protocol.DocumentAnswer | undefined> {
    const requestId = (this.lastRequestId += 1);
    this.documenting.set(requestId, onProgress);
    try {
      const request = { ...parameters, requestId };
      return unwrap(await this.requireClient().sendRequest(protocol.documentRequest, request, token));
    } finally {
      this.documenting.delete(requestId);
    }
  }
}

/** The value, or undefined when the request was cancelled. Throws a `UserError` when it failed. */
export function unwrap<Value>(result: protocol.CommandResult<Value>): Value | undefined {
  switch (result.kind) {
    case 'done':
      return result.value;
    case 'cancelled':
      return undefined;
    case 'failed':
      throw new UserError(result.code, result.reason, result.advice);
  }
}
