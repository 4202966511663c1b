/** Token ids in, token ids and log-probabilities out. What the rest of Sotto knows of a running model. */
export interface Engine {
  /** Positions a KV cache can hold: prompt and generated tokens together. */
  readonly contextCapacity: number;
  readonly vocabularySize: number;
  /**
   * Continues `promptIds`. Reuses what a KV cache already holds of them, where that is a good part.
   * Rejects with the signal's reason when aborted (within one graph node), and with a `UserError`
   * (`context-full`) when the prompt does not fit. One call at a time: a second one while one runs rejects.
   */
  generate(request: GenerateRequest, signal: AbortSignal): Promise<GenerateResult>;
  /** Brings a KV cache to hold `ids`, so that a later request that begins with them starts at once. */
  prefill(ids: readonly number[], signal: AbortSignal): Promise<PrefillResult>;
  /**
   * log p(targetIds[i] | promptIds, targetIds[0..i)) for each i, natural logarithm: [targetCount]. Among common tokens
   * only (see `GenerateRequest.vocabulary`) where none of the ids is a rare one.
   */
  score(
    promptIds: readonly number[],
    targetIds: readonly number[],
    signal: AbortSignal,
  ): Promise<Float32Array>;
  /**
   * As `score`, and beside each target what else could stand there: `choices[i]` are ids whose log-probability at
   * the place of `targetIds[i]` is wanted, none for a place without an entry.
   */
  scoreChoices(
    promptIds: readonly number[],
    targetIds: readonly number[],
    choices: readonly (readonly number[])[],
    signal: AbortSignal,
  ): Promise<ChoiceScores>;
  /** How many of the leading `ids` a KV cache holds now. */
  cachedPrefixLength(ids: readonly number[]): number;
  /** Empties the KV caches, so that the next call reads everything anew: for measuring. Throws while a call runs. */
  forget(): void;
  /** Waits for a running call to let go, then releases every native object. Idempotent. */
  dispose(): Promise<void>;
}

/** Natural logarithms of probabilities. */
export interface ChoiceScores {
  /** Of each target: [targetCount]. */
  readonly targets: Float32Array;
  /** Of the choices at each place: [choiceCount] per entry of the request. */
  readonly choices: readonly Float32Array[];
}

export interface GenerateRequest {
  readonly promptIds: readonly number[];
  readonly maxTokens: number;
  /** Generation ends before any of these is emitted. */
  readonly stopIds: ReadonlySet<number>;
  /** Absent: greedy. */
  readonly sampling?: SamplingOptions;
  /**
   * `common`: tokens that code in ASCII never needs are left out, unless the prompt holds one; 7 % less time a
   * token. Absent: `whole`.
   */
  readonly vocabulary?: 'whole' | 'common';
  /** Restricts the next tokens (token healing) until it says it is satisfied. */
  readonly constraint?: TokenConstraint;
  /**
   * Text, as ids, in which n-grams are looked up for speculative decoding; the prompt itself is always looked
   * in. Greedy output is the same with and without.
   */
  readonly draftIds?: readonly number[];
  /** False switches speculative decoding off, which only makes it slower; for measuring. */
  readonly speculate?: boolean;
  /** Whether each token comes with its `runnerUp`. */
  readonly runnersUp?: boolean;
  /** Called for each token in order, as soon as it is final; `stop` ends generation after this token. */
  readonly onToken?: (token: GeneratedToken) => 'continue' | 'stop';
}

export interface GeneratedToken {
  readonly id: number;
  /**
   * Natural logarithm of the token's probability under the model, before sampling; under a constraint, among the
   * allowed tokens.
   */
  readonly logProbability: number;
  /** What is most likely in its place, when asked for; absent where there is nothing. */
  readonly runnerUp?: Pick<GeneratedToken, 'id' | 'logProbability'>;
}

export interface SamplingOptions {
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
}

/** Which tokens may come next. Stateful: the engine calls `accept` for each token it emits. */
export interface TokenConstraint {
  /** The allowed ids, or undefined when every token is allowed from here on. Never empty; read twice. */
  allowedIds(): Iterable<number> | undefined;
  accept(id: number): void;
}

export type StopReason = 'stop-token' | 'max-tokens' | 'callback' | 'context-full';

export interface GenerateResult {
  readonly tokens: readonly GeneratedToken[];
  readonly stopReason: StopReason;
  /** Of the token that ended generation with `stop-token`, as the tokens' own. */
  readonly stopLogProbability?: number;
  readonly timings: GenerateTimings;
}

export interface PrefillResult {
  readonly reusedTokenCount: number;
  readonly prefilledTokenCount: number;
  readonly durationMs: number;
}

export interface GenerateTimings {
  readonly reusedTokenCount: number;
  readonly prefilledTokenCount: number;
  readonly prefillMs: number;
  readonly decodedTokenCount: number;
  readonly decodeMs: number;
  /** Tokens proposed and confirmed by prompt lookup. */
  readonly draftedTokenCount: number;
  readonly acceptedDraftTokenCount: number;
}
