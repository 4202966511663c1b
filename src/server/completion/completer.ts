import type { CompletionOutcome, CompletionRequest, Suggestion } from '../../features/completion/types';

/** What the server needs of the completion pipeline. None of these throws, `complete` and the rest included. */
export interface Completer {
  /**
   * The outcome when it needs no engine: typed-through, cached, or ruled out by where the cursor stands.
   * Undefined: the engine must be asked. Takes well under a millisecond.
   */
  answerWithoutEngine(request: CompletionRequest): CompletionOutcome | undefined;
  complete(request: CompletionRequest, signal: AbortSignal): Promise<CompletionOutcome>;
  /** Brings the KV cache to where `request` would need it. */
  warmUp(request: CompletionRequest, signal: AbortSignal): Promise<void>;
  /** Finds out what would be suggested after `suggestion` were accepted, for the cache. */
  prepareNext(request: CompletionRequest, suggestion: Suggestion, signal: AbortSignal): Promise<void>;
  accepted(request: CompletionRequest, suggestion: Suggestion): void;
  rejected(request: CompletionRequest, suggestion: Suggestion): void;
}
