import type { CancellationToken } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import * as protocol from '../../shared/protocol';
import { unwrap } from '../commandResult';

type WithoutId<Parameters> = Parameters extends unknown ? Omit<Parameters, 'requestId'> : never;
type Listeners<Progress> = Map<number, (progress: Progress) => void>;

/**
 * Requests to the server to explain, document, review and chat, with the progress of each brought back to who asked. Each
 * resolves to undefined when it was cancelled, and rejects with a `UserError` when it failed.
 */
export class AssistRequests {
  private readonly explaining: Listeners<protocol.ExplanationProgress> = new Map();
  private readonly documenting: Listeners<protocol.DocumentStep> = new Map();
  private readonly reviewing: Listeners<protocol.ReviewStep> = new Map();
  private readonly chatting: Listeners<{ readonly text: string }> = new Map();
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
    client.onNotification(protocol.reviewProgressNotification, (step) =>
      this.reviewing.get(step.requestId)?.(step),
    );
    client.onNotification(protocol.chatProgressNotification, (progress) =>
      this.chatting.get(progress.requestId)?.(progress),
    );
  }

  async subject(
    reference: protocol.CodeReference,
    token: CancellationToken,
  ): Promise<protocol.ExplanationSubject | undefined> {
    return unwrap(await this.requireClient().sendRequest(protocol.subjectRequest, reference, token));
  }

  explain(
    parameters: WithoutId<protocol.ExplainParameters>,
    onProgress: (progress: protocol.ExplanationProgress) => void,
    token: CancellationToken,
  ): Promise<protocol.ExplanationAnswer | undefined> {
    return this.follow(this.explaining, onProgress, (requestId) =>
      this.requireClient().sendRequest(protocol.explainRequest, { ...parameters, requestId }, token),
    );
  }

  document(
    parameters: WithoutId<protocol.DocumentParameters>,
    onProgress: (step: protocol.DocumentStep) => void,
    token: CancellationToken,
  ): Promise<protocol.DocumentAnswer | undefined> {
    return this.follow(this.documenting, onProgress, (requestId) =>
      this.requireClient().sendRequest(protocol.documentRequest, { ...parameters, requestId }, token),
    );
  }

  review(
    parameters: WithoutId<protocol.ReviewParameters>,
    onProgress: (step: protocol.ReviewStep) => void,
    token: CancellationToken,
  ): Promise<protocol.ReviewAnswer | undefined> {
    return this.follow(this.reviewing, onProgress, (requestId) =>
      this.requireClient().sendRequest(protocol.reviewRequest, { ...parameters, requestId }, token),
    );
  }

  chat(
    parameters: WithoutId<protocol.ChatParameters>,
    onProgress: (progress: { readonly text: string }) => void,
    token: CancellationToken,
  ): Promise<protocol.ChatAnswer | undefined> {
    return this.follow(this.chatting, onProgress, (requestId) =>
      this.requireClient().sendRequest(protocol.chatRequest, { ...parameters, requestId }, token),
    );
  }

  async countTokens(
    text: { readonly text: string; readonly isMessage: boolean },
    token: CancellationToken,
  ): Promise<number | undefined> {
    return unwrap(await this.requireClient().sendRequest(protocol.countTokensRequest, text, token));
  }

  /** Runs a request under a new id, whose progress goes to `onProgress` meanwhile. */
  private async follow<Progress, Value>(
    listeners: Listeners<Progress>,
    onProgress: (progress: Progress) => void,
    run: (requestId: number) => Promise<protocol.CommandResult<Value>>,
  ): Promise<Value | undefined> {
    const requestId = (this.lastRequestId += 1);
    listeners.set(requestId, onProgress);
    try {
      return unwrap(await run(requestId));
    } finally {
      listeners.delete(requestId);
    }
  }
}
