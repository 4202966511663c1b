import type {
  CompletionOutcome,
  CompletionRequest,
  PromptBeginning,
  Suggestion,
  TextDocument,
} from './types';

/** Inline completion as a function of text, with the memory that makes it fast. One per loaded model. */
export interface Completer {
  /**
   * Never rejects: failures and cancellation are outcomes. The newest request owns the engine; an older one's
   * generation goes on only while the newest can use it. The signal detaches the request; the generation ends
   * by itself when nobody comes back for it. `beforeEngine` is awaited only when neither the cache nor a running
   * generation can answer: there the caller waits for a pause in typing.
   */
  complete(
    request: CompletionRequest,
    signal: AbortSignal,
    beforeEngine?: BeforeEngine,
  ): Promise<CompletionOutcome>;
  /**
   * What else could stand where `shown` is the answer to `request`, likeliest beginning first; at most three, each
   * different from the others. Takes up to some seconds the first time at a place. Never rejects.
   */
  alternatives(
    request: CompletionRequest,
    shown: Suggestion,
    signal: AbortSignal,
  ): Promise<readonly Suggestion[]>;
  /** Reads the prompt of a place into the KV cache, so that the first request there is answered sooner. */
  warmUp(request: CompletionRequest, signal: AbortSignal): Promise<void>;
  /**
   * Computes what would be suggested if `suggestion` were accepted, into the cache. Where it ends its line,
   * that is the suggestion for the next line.
   */
  prepareNext(request: CompletionRequest, suggestion: Suggestion, signal: AbortSignal): Promise<void>;
  /**
   * What the prompt of a completion in `document` at `lineStart` would begin with: most of it is in the KV cache where
   * somebody types there. Undefined where a new prompt would be chosen.
   */
  beginningBefore(
    document: Pick<TextDocument, 'uri' | 'text'>,
    lineStart: number,
  ): PromptBeginning | undefined;
  /** Notes that `suggestion`, the answer to `request`, was accepted. */
  accepted(request: CompletionRequest, suggestion: Suggestion): void;
  /** Notes that `suggestion` was dismissed: it is not offered there again, and automatic requests get calmer. */
  rejected(request: CompletionRequest, suggestion: Suggestion): void;
  /** Extra milliseconds to wait before an automatic request, after dismissals. */
  backOffDelayMs(): number;
  /** Ends what runs or waits for the engine: the newest request is answered elsewhere. */
  stop(): void;
  /** Resolves when no call of the engine runs any more. */
  dispose(): Promise<void>;
}

/** Rejects when the signal aborts while it waits. */
export type BeforeEngine = (signal: AbortSignal) => Promise<void>;
