import type { CompletionOutcome, CompletionRequest, Suggestion } from '../../features/completion/types';

/** What the server needs of the completion pipeline. Nothing here throws. */
export interface Completer {
  /**
   * The outcome of a request. `beforeEngine` is awaited once, and only when neither the cache nor a generation that
   * runs already can answer: it waits for a pause in typing, and rejects when `signal` aborts.
   */
  complete(
    request: CompletionRequest,
    signal: AbortSignal,
    beforeEngine: (signal: AbortSignal) => Promise<void>,
  ): Promise<CompletionOutcome>;
  /** Brings the KV cache to where `request` would need it. */
  warmUp(request: CompletionRequest, signal: AbortSignal): Promise<void>;
  /** Finds out what would be suggested after `suggestion` were accepted, for the cache. */
  prepareNext(request: CompletionRequest, suggestion: Suggestion, signal: AbortSignal): Promise<void>;
  accepted(request: CompletionRequest, suggestion: Suggestion): void;
  rejected(request: CompletionRequest, suggestion: Suggestion): void;
  /** Extra milliseconds to wait before an automatic request, after dismissals. */
  backOffDelayMs(): number;
}
