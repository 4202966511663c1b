import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { GenerateTimings } from '../../engine/engine';
import type { BeforeEngine } from './completer';
import { writeAlternatives } from './decode/alternatives';
import type { GenerationPlan, Writer } from './decode/attempt';
import { Generation } from './decode/generation';
import { cleanModelOutput } from './filters/postprocess';
import { remainingDraft, SuggestionCache, type Produced } from './memory/suggestionCache';
import type { Place } from './place';
import type { Planner } from './planner';
import type { CompletionRequest, Suggestion } from './types';

interface AnswersDependencies {
  readonly planner: Planner;
  readonly writer: Writer;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Whether it is worth a wait to find something better than what was produced at a place. */
  readonly isDoubtful: (produced: Produced, place: Place) => boolean;
}

/** What was made of a place, before the filters that depend on the document, and where it comes from. */
export interface Answer {
  readonly produced: Produced;
  readonly source: Suggestion['source'];
  readonly engine?: GenerateTimings;
}

/** Answers to requests: what is remembered, what is being written already, or what the model writes anew. */
export class Answers {
  private readonly cache = new SuggestionCache();
  private generation: Generation | undefined;

  constructor(private readonly dependencies: AnswersDependencies) {}

  /** What the model is writing. */
  get writing(): Generation | undefined {
    return this.generation;
  }

  /** What is known of `place` that answers `request`. */
  remembered(place: Place, { trigger }: CompletionRequest): Answer | undefined {
    const hit = this.cache.find(place);
    if (hit === undefined) {
      return undefined;
    }
    const { produced, isThorough, typedCount } = hit;
    return trigger === 'manual' && !isThorough && this.dependencies.isDoubtful(produced, place)
      ? undefined
      : { produced, source: typedCount === 0 ? 'cache' : 'typed-through' };
  }

  /** Whether anything is known of `place`. */
  knows(place: Place): boolean {
    return this.cache.find(place) !== undefined;
  }

  /** Asks the model, or waits for what it is already writing. Undefined when nothing is ready at the deadline. */
  async produce(
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
    const { planner, writer } = this.dependencies;
    const plan = planner.plan(place, request);
    const generation = this.start(plan);
    if (this.dependencies.nowMs() + writer.lane.estimatePrefillMs(plan.prompt.headIds) > deadlineMs) {
      // The suggest widget waits for every provider, so an answer that cannot come is given up at once.
      generation.linger();
      return undefined;
    }
    const answer = await this.join(generation, '', deadlineMs, signal);
    return answer === 'used-up' ? undefined : answer;
  }

  /**
   * What else could stand at `place`: what is remembered, or what the model writes, likeliest beginning first. Ends what is
   * being written elsewhere.
   */
  async *alternatives(
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
    yield* writeAlternatives(
      this.dependencies.planner.plan(place, request),
      own,
      this.dependencies.writer,
      signal,
    );
  }

  /** Remembers what else was made for `place`, for whoever asks again or begins to type it. */
  keepAlternatives(place: Place, alternatives: readonly Produced[]): void {
    const known = this.cache.find(place);
    if (known !== undefined && this.cache.alternatives(place) === undefined) {
      this.cache.store(place, { ...known, alternatives });
    }
  }

  stop(): void {
    this.generation?.abort();
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
    const attempt =
      (await generation.wait(deadlineMs - this.dependencies.nowMs(), signal)) ?? generation.firstLine;
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
    const { logger, writer } = this.dependencies;
    const generation = new Generation(plan, writer);
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
}

/** The rest of an answer after `typed`, or undefined when the user typed something else or all of it. */
function withoutTypedText(answer: Answer, typed: string): Answer | undefined {
  if (typed === '' || answer.produced.kind === 'discarded') {
    return answer;
  }
  const draft = remainingDraft(answer.produced.draft, typed);
  return draft && { ...answer, produced: { kind: 'draft', draft } };
}
