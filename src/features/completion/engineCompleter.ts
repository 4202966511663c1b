import { isAbortError, neverAborted } from '../../base/abort';
import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { Engine, GenerateTimings } from '../../engine/engine';
import { refusalFor } from './ask/shouldAsk';
import { Answers, type Answer } from './answers';
import type { BeforeEngine, Completer } from './completer';
import { EngineLane } from './decode/engineLane';
import type { Generation } from './decode/generation';
import type { Produced } from './memory/suggestionCache';
import { requestAfterAccept } from './nextRequest';
import { placeOf, type Place } from './place';
import { Planner } from './planner';
import { Presenter } from './presenter';
import { findFimTokens, type FimTokens } from './prompt/fimTokens';
import type { CompletionTokenizer } from './prompt/tokenizer';
import type {
  CompletionOutcome,
  CompletionRequest,
  NoSuggestionReason,
  PromptBeginning,
  Suggestion,
  TextDocument,
} from './types';

/** With the one that is shown as many as can be told apart at a glance. */
const MAX_ALTERNATIVES = 3;

export interface CompleterDependencies {
  readonly engine: Engine;
  readonly tokenizer: CompletionTokenizer;
  readonly logger: Logger;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs?: () => number;
  readonly minimumConfidence?: number;
}

/**
 * @throws UserError `unsupported-model` when the model cannot fill in the middle.
 */
export function createCompleter(dependencies: CompleterDependencies): Completer {
  return new EngineCompleter(dependencies, findFimTokens(dependencies.tokenizer));
}

class EngineCompleter implements Completer {
  private readonly lane: EngineLane;
  private readonly planner: Planner;
  private readonly nowMs: () => number;
  private readonly presenter: Presenter;
  private readonly answers: Answers;

  constructor(
    private readonly dependencies: CompleterDependencies,
    fim: FimTokens,
  ) {
    const { engine, tokenizer } = dependencies;
    this.lane = new EngineLane(engine);
    this.planner = new Planner({
      tokenizer,
      fim,
      contextCapacity: engine.contextCapacity,
      tokensReadWithin: (durationMs) => this.lane.tokensReadWithin(durationMs),
    });
    this.nowMs = dependencies.nowMs ?? (() => performance.now());
    this.presenter = new Presenter(this.nowMs, dependencies.minimumConfidence);
    this.answers = new Answers({
      planner: this.planner,
      writer: { lane: this.lane, tokenizer },
      logger: dependencies.logger,
      nowMs: this.nowMs,
      isDoubtful: (produced, place) => this.presenter.isDoubtful(produced, place),
    });
  }

  async complete(
    request: CompletionRequest,
    signal: AbortSignal,
    beforeEngine?: BeforeEngine,
  ): Promise<CompletionOutcome> {
    const startedAtMs = this.nowMs();
    try {
      const outcome = await this.outcomeFor(request, startedAtMs, signal, beforeEngine);
      const result = outcome.kind === 'none' ? outcome.reason : `suggestion (${outcome.source})`;
      this.dependencies.logger.debug(`completion: ${result}, ${outcome.timings.totalMs.toFixed(1)} ms`);
      return outcome;
    } catch (error) {
      if (signal.aborted || isAbortError(error)) {
        return this.none('cancelled', 'a newer request or the editor ended it', startedAtMs);
      }
      this.dependencies.logger.error(`completion failed: ${describeError(error)}`);
      return this.none('failed', describeError(error), startedAtMs);
    }
  }

  async alternatives(
    request: CompletionRequest,
    shown: Suggestion,
    signal: AbortSignal,
  ): Promise<readonly Suggestion[]> {
    let found: readonly Suggestion[] = [];
    await this.inBackground('looking for alternatives', signal, async () => {
      found = await this.others(shown.text, request, this.nowMs(), signal);
    });
    return found;
  }

  async warmUp(request: CompletionRequest, signal: AbortSignal): Promise<void> {
    if (refusalFor({ ...request, trigger: 'manual' }) !== undefined) {
      return;
    }
    await this.inBackground('warm-up', signal, async () => {
      const { prompt } = this.planner.plan(placeOf(request), request, { mayGrow: true });
      await this.lane.warmUp(prompt.headIds, signal);
    });
  }

  async prepareNext(request: CompletionRequest, suggestion: Suggestion, signal: AbortSignal): Promise<void> {
    const next = requestAfterAccept(request, suggestion);
    const place = placeOf(next);
    if (!this.answers.knows(place)) {
      await this.inBackground('preparing the next suggestion', signal, async () => {
        // A request that still runs, or the rest of a block whose beginning is shown, is worth more.
        while (this.answers.writing?.isRunning === true) {
          await this.answers.writing.wait(Number.POSITIVE_INFINITY, signal);
        }
        await this.answers.produce(place, next, Number.POSITIVE_INFINITY, signal);
      });
    }
  }

  beginningBefore(
    document: Pick<TextDocument, 'uri' | 'text'>,
    lineStart: number,
  ): PromptBeginning | undefined {
    return this.planner.beginningBefore(document, lineStart);
  }

  accepted(request: CompletionRequest, suggestion: Suggestion): void {
    this.presenter.accepted(request, suggestion);
  }

  rejected(request: CompletionRequest, suggestion: Suggestion): void {
    this.presenter.rejected(request, suggestion);
  }

  backOffDelayMs(): number {
    return this.presenter.backOffDelayMs();
  }

  stop(): void {
    this.answers.stop();
    this.lane.stop();
  }

  async dispose(): Promise<void> {
    this.answers.stop();
    await this.lane.dispose();
  }

  /** The pipeline: ask at all? → cache → model → filters. */
  private async outcomeFor(
    request: CompletionRequest,
    startedAtMs: number,
    signal: AbortSignal,
    beforeEngine: BeforeEngine | undefined,
  ): Promise<CompletionOutcome> {
    signal.throwIfAborted();
    const refusal = refusalFor(request);
    if (refusal !== undefined) {
      return this.none(refusal.reason, refusal.detail, startedAtMs);
    }
    const place = placeOf(request);
    const deadlineMs =
      request.trigger === 'manual' ? Number.POSITIVE_INFINITY : startedAtMs + request.options.deadlineMs;
    const remembered = this.answers.remembered(place, request);
    const answer =
      remembered ?? (await this.answers.produce(place, request, deadlineMs, signal, beforeEngine));
    const outcome =
      answer === undefined
        ? this.none('deadline', `not ready within ${request.options.deadlineMs} ms`, startedAtMs)
        : this.outcomeOf(answer, place, request, startedAtMs);
    if (outcome.kind === 'none' && request.trigger === 'manual') {
      // Who asks with a key knows that something is missing here, where the model would rather repeat what follows.
      const [other] = await this.others(undefined, request, startedAtMs, signal);
      return other ?? outcome;
    }
    const writing = remembered === undefined ? this.answers.writing : undefined;
    return writing?.isRunning === true
      ? { ...outcome, fuller: this.whenFuller(writing, place, request, outcome) }
      : outcome;
  }

  /** Resolves when `writing` has come to something else than `outcome` that would be shown; otherwise never. */
  private whenFuller(
    writing: Generation,
    place: Place,
    request: CompletionRequest,
    outcome: CompletionOutcome,
  ): Promise<void> {
    return new Promise((resolve) => {
      writing.wait(Number.POSITIVE_INFINITY, neverAborted).then(
        () => {
          const answer = this.answers.remembered(place, request);
          const presented = answer && this.presenter.present(answer.produced, place, request);
          const shownText = outcome.kind === 'none' ? undefined : outcome.text;
          if (presented !== undefined && !('reason' in presented) && presented.text !== shownText) {
            resolve();
          }
        },
        () => undefined,
      );
    });
  }

  /** What else than `shownText` would be presented for `request`. */
  private async others(
    shownText: string | undefined,
    request: CompletionRequest,
    startedAtMs: number,
    signal: AbortSignal,
  ): Promise<readonly Suggestion[]> {
    const place = placeOf(request);
    const found = new Map<string, { readonly produced: Produced; readonly suggestion: Suggestion }>();
    for await (const produced of this.answers.alternatives(place, request, signal)) {
      const presented = this.presenter.present(produced, place, request);
      if (!('reason' in presented) && presented.text !== shownText && !found.has(presented.text)) {
        const timings = { totalMs: this.nowMs() - startedAtMs };
        const suggestion = { kind: 'suggestion', ...presented, source: 'model', timings } as const;
        found.set(presented.text, { produced, suggestion });
      }
      if (found.size === MAX_ALTERNATIVES) {
        break;
      }
    }
    const alternatives = [...found.values()].map(({ produced }) => produced);
    alternatives.forEach((produced) => this.presenter.noteAlternative(place, produced));
    this.answers.keepAlternatives(place, alternatives);
    return [...found.values()].map(({ suggestion }) => suggestion);
  }

  private outcomeOf(
    { produced, source, engine }: Answer,
    place: Place,
    request: CompletionRequest,
    startedAtMs: number,
  ): CompletionOutcome {
    const presented = this.presenter.present(produced, place, request);
    if ('reason' in presented) {
      return this.none(presented.reason, presented.detail, startedAtMs, engine);
    }
    this.presenter.noteShown(place, produced);
    return {
      kind: 'suggestion',
      ...presented,
      source,
      timings: { totalMs: this.nowMs() - startedAtMs, engine },
    };
  }

  private none(
    reason: NoSuggestionReason,
    detail: string,
    startedAtMs: number,
    engine?: GenerateTimings,
  ): CompletionOutcome {
    return { kind: 'none', reason, detail, timings: { totalMs: this.nowMs() - startedAtMs, engine } };
  }

  private async inBackground(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      signal.throwIfAborted();
      await work();
    } catch (error) {
      if (!signal.aborted && !isAbortError(error)) {
        this.dependencies.logger.warn(`${name} failed: ${describeError(error)}`);
      }
    }
  }
}
