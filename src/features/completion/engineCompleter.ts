import { isAbortError, neverAborted } from '../../base/abort';
import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { Engine, GenerateTimings } from '../../engine/engine';
import { isSecretFile } from './ask/excludedFiles';
import { refusalFor } from './ask/shouldAsk';
import type { BeforeEngine, Completer } from './completer';
import { writeAlternatives } from './decode/alternatives';
import type { GenerationPlan, Writer } from './decode/attempt';
import { EngineLane } from './decode/engineLane';
import { Generation } from './decode/generation';
import { cleanModelOutput } from './filters/postprocess';
import { remainingDraft, SuggestionCache, type Produced } from './memory/suggestionCache';
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

interface Answer {
  readonly produced: Produced;
  readonly source: Suggestion['source'];
  readonly engine?: GenerateTimings;
}

class EngineCompleter implements Completer {
  private readonly lane: EngineLane;
  private readonly writer: Writer;
  private readonly planner: Planner;
  private readonly cache = new SuggestionCache();
  private readonly nowMs: () => number;
  private readonly presenter: Presenter;
  private generation: Generation | undefined;

  constructor(
    private readonly dependencies: CompleterDependencies,
    fim: FimTokens,
  ) {
    const { engine, tokenizer } = dependencies;
    this.lane = new EngineLane(engine);
    this.writer = { lane: this.lane, tokenizer };
    this.planner = new Planner({
      tokenizer,
      fim,
      contextCapacity: engine.contextCapacity,
      tokensReadWithin: (durationMs) => this.lane.tokensReadWithin(durationMs),
    });
    this.nowMs = dependencies.nowMs ?? (() => performance.now());
    this.presenter = new Presenter(this.nowMs, dependencies.minimumConfidence);
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
    if (isSecretFile(request.document.uri) || refusalFor({ ...request, trigger: 'manual' }) !== undefined) {
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
    if (this.cache.find(place) === undefined) {
      await this.inBackground('preparing the next suggestion', signal, async () => {
        // A request that still runs, or the rest of a block whose beginning is shown, is worth more.
        while (this.generation?.isRunning === true) {
          await this.generation.wait(Number.POSITIVE_INFINITY, signal);
        }
        await this.produce(place, next, Number.POSITIVE_INFINITY, signal);
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
    this.generation?.abort();
    this.lane.stop();
  }

  async dispose(): Promise<void> {
    this.generation?.abort();
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
    const remembered = this.remembered(place, request);
    const answer = remembered ?? (await this.produce(place, request, deadlineMs, signal, beforeEngine));
    const outcome =
      answer === undefined
        ? this.none('deadline', `not ready within ${request.options.deadlineMs} ms`, startedAtMs)
        : this.outcomeOf(answer, place, request, startedAtMs);
    if (outcome.kind === 'none' && request.trigger === 'manual') {
      // Who asks with a key knows that something is missing here, where the model would rather repeat what follows.
      const [other] = await this.others(undefined, request, startedAtMs, signal);
      return other ?? outcome;
    }
    const writing = remembered === undefined ? this.generation : undefined;
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
          const answer = this.remembered(place, request);
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
    for await (const produced of this.alternativesAt(place, request, signal)) {
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
    const known = this.cache.find(place);
    if (known !== undefined && this.cache.alternatives(place) === undefined) {
      this.cache.store(place, { ...known, alternatives });
    }
    return [...found.values()].map(({ suggestion }) => suggestion);
  }

  private async *alternativesAt(
    place: Place,
    request: CompletionRequest,
    signal: AbortSignal,
  ): AsyncGenerator<Produced> {
    const known = this.cache.alternatives(place);
    if (known !== undefined) {
      yield* known;
      return;
    }
    const running = this.generation;
    if (running?.typedUntil(place) === undefined) {
      running?.abort();
    } else {
      await running.wait(Number.POSITIVE_INFINITY, signal);
    }
    const own = this.cache.find(place)?.produced;
    yield* writeAlternatives(this.planner.plan(place, request), own, this.writer, signal);
  }

  private remembered(place: Place, { trigger }: CompletionRequest): Answer | undefined {
    const hit = this.cache.find(place);
    if (hit === undefined) {
      return undefined;
    }
    const { produced, isThorough, typedCount } = hit;
    return trigger === 'manual' && !isThorough && this.presenter.isDoubtful(produced, place)
      ? undefined
      : { produced, source: typedCount === 0 ? 'cache' : 'typed-through' };
  }

  /** Asks the model, or waits for what it is already writing. Undefined when nothing is ready at the deadline. */
  private async produce(
    place: Place,
    request: CompletionRequest,
    deadlineMs: number,
    signal: AbortSignal,
    beforeEngine?: BeforeEngine,
  ): Promise<Answer | undefined> {
    const running = this.generation;
    const typed = running?.typedUntil(place);
    const isEnough = running?.isThorough === true || request.trigger === 'automatic';
    if (running !== undefined && typed !== undefined && (isEnough || running.isPartlyShown)) {
      const answer = await this.join(running, typed, deadlineMs, signal);
      if (answer !== 'used-up') {
        return answer;
      }
    }
    await beforeEngine?.(signal);
    signal.throwIfAborted();
    const plan = this.planner.plan(place, request);
    const generation = this.start(plan);
    if (this.nowMs() + this.lane.estimatePrefillMs(plan.prompt.headIds) > deadlineMs) {
      // The suggest widget waits for every provider, so an answer that cannot come is given up at once.
      generation.linger();
      return undefined;
    }
    const answer = await this.join(generation, '', deadlineMs, signal);
    return answer === 'used-up' ? undefined : answer;
  }

  /**
   * Waits for a generation of which the user has typed `typed`. Undefined when nothing is ready at the deadline,
   * `used-up` when the generation ended and nothing of it is left to suggest.
   */
  private async join(
    generation: Generation,
    typed: string,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<Answer | 'used-up' | undefined> {
    if (generation.isPartlyShown) {
      const part = this.partOf(generation, typed);
      if (part !== undefined) {
        generation.linger();
        return { ...part, source: 'typed-through' };
      }
    }
    if (typed !== '' && generation.firstLine !== undefined) {
      // Whoever has begun to type that line does not wait for another one.
      generation.settle();
    }
    const attempt = (await generation.wait(deadlineMs - this.nowMs(), signal)) ?? generation.firstLine;
    if (attempt === undefined) {
      return this.partOf(generation, typed);
    }
    const produced = cleanModelOutput(attempt.produced, generation.place);
    return withoutTypedText({ produced, source: 'model', engine: attempt.timings }, typed) ?? 'used-up';
  }

  /** What is left, after `typed`, of the whole lines that a generation has come to so far. */
  private partOf(generation: Generation, typed: string): Answer | undefined {
    const produced = cleanModelOutput(
      { kind: 'draft', draft: generation.takeCompletePart() },
      generation.place,
    );
    const isBlank = produced.kind === 'draft' && produced.draft.text.trim() === '';
    return isBlank ? undefined : withoutTypedText({ produced, source: 'model' }, typed);
  }

  private start(plan: GenerationPlan): Generation {
    this.generation?.abort();
    const { logger } = this.dependencies;
    const generation = new Generation(plan, this.writer);
    this.generation = generation;
    const forget = () => {
      this.generation = this.generation === generation ? undefined : this.generation;
    };
    generation.finished.then(
      ({ produced }) => {
        const { isThorough } = generation;
        this.cache.store(plan.place, { produced: cleanModelOutput(produced, plan.place), isThorough });
        forget();
      },
      (error: unknown) => {
        logger.debug(`generation ended early: ${describeError(error)}`);
        forget();
      },
    );
    return generation;
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

/** The rest of an answer after `typed`, or undefined when the user typed something else or all of it. */
function withoutTypedText(answer: Answer, typed: string): Answer | undefined {
  if (typed === '' || answer.produced.kind === 'discarded') {
    return answer;
  }
  const draft = remainingDraft(answer.produced.draft, typed);
  return draft && { ...answer, produced: { kind: 'draft', draft } };
}
