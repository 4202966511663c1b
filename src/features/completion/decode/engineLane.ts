import type {
  Engine,
  GenerateRequest,
  GenerateResult,
  GenerateTimings,
  PrefillResult,
} from '../../../engine/engine';
import { raceAbort } from '../../../base/abort';
import { PrefillSpeed } from './prefillSpeed';

/** A cold prompt with at least so many missing tokens is prefilled by a call of its own, which can be shared. */
const SHARED_PREFILL_TOKENS = 64;

interface RunningPrefill {
  readonly ids: readonly number[];
  readonly controller: AbortController;
  readonly result: Promise<PrefillResult>;
  /** Background work may be ended by its asker, unless a request has come to wait for it. */
  wanted: boolean;
}

/**
 * Completion's access to the engine: one call at a time, the next one waits until an aborted one has let go.
 *
 * A cold prompt is prefilled apart from decoding. Somebody who types faster than the prompt can be read would
 * otherwise abort that work with each keystroke and never see a suggestion; here a keystroke on the same line
 * has the same prompt head and waits for the prefill that already runs.
 */
export class EngineLane {
  private tail: Promise<unknown> = Promise.resolve();
  private prefill: RunningPrefill | undefined;
  private readonly speed = new PrefillSpeed();

  constructor(private readonly engine: Engine) {}

  /** Milliseconds until the first token after `ids`, by this machine's speed so far; 0 while it is unknown. */
  estimatePrefillMs(ids: readonly number[]): number {
    return this.speed.estimateMs(this.missingTokenCount(ids));
  }

  /** How many tokens this machine reads in `durationMs`, by its speed so far; a cautious guess while it is unknown. */
  tokensReadWithin(durationMs: number): number {
    return this.speed.tokensWithin(durationMs);
  }

  /** Generates after `headIds` are in the KV cache. Aborting ends the generation, not the shared prefill. */
  async generate(
    headIds: readonly number[],
    request: GenerateRequest,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const cold = this.prefill !== undefined || this.missingTokenCount(headIds) >= SHARED_PREFILL_TOKENS;
    const prefill = cold ? await raceAbort(this.sharePrefill(headIds, true).result, signal) : undefined;
    const result = await this.inTurn(() => this.engine.generate(request, signal), signal);
    this.speed.observe(result.timings.prefilledTokenCount, result.timings.prefillMs);
    return prefill === undefined ? result : { ...result, timings: withPrefill(result.timings, prefill) };
  }

  /** See `Engine.score`. */
  score(
    promptIds: readonly number[],
    targetIds: readonly number[],
    signal: AbortSignal,
  ): Promise<Float32Array> {
    return this.inTurn(() => this.engine.score(promptIds, targetIds, signal), signal);
  }

  /** Brings `headIds` into the KV cache in the background; gives way to a prefill that a request waits for. */
  async warmUp(headIds: readonly number[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.prefill?.wanted === true || this.missingTokenCount(headIds) === 0) {
      return;
    }
    const prefill = this.sharePrefill(headIds, false);
    const abort = () => {
      if (!prefill.wanted) {
        prefill.controller.abort(signal.reason);
      }
    };
    signal.addEventListener('abort', abort);
    try {
      await prefill.result;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Ends a shared prefill, whoever waits for it; a generation is ended by its own signal. */
  stop(): void {
    this.prefill?.controller.abort();
  }

  /** Resolves when no call runs any more. */
  async dispose(): Promise<void> {
    this.stop();
    await this.tail;
  }

  private missingTokenCount(ids: readonly number[]): number {
    return ids.length - this.engine.cachedPrefixLength(ids);
  }

  /** The running prefill when it is of the same head, otherwise a new one in its place. */
  private sharePrefill(ids: readonly number[], wanted: boolean): RunningPrefill {
    const running = this.prefill;
    if (running !== undefined && !running.controller.signal.aborted && sameIds(running.ids, ids)) {
      running.wanted ||= wanted;
      return running;
    }
    running?.controller.abort();
    const controller = new AbortController();
    const result = this.inTurn(() => this.timedPrefill(ids, controller.signal), controller.signal);
    const prefill: RunningPrefill = { ids, controller, result, wanted };
    this.prefill = prefill;
    const forget = () => {
      if (this.prefill === prefill) {
        this.prefill = undefined;
      }
    };
    // Those who wait for the result see its error; this branch only takes notes.
    result.then(forget, forget);
    return prefill;
  }

  private async timedPrefill(ids: readonly number[], signal: AbortSignal): Promise<PrefillResult> {
    const missingTokenCount = this.missingTokenCount(ids);
    const startMs = performance.now();
    try {
      const result = await this.engine.prefill(ids, signal);
      this.speed.observe(result.prefilledTokenCount, result.durationMs);
      return result;
    } catch (error) {
      this.speed.observeAborted(missingTokenCount, performance.now() - startMs);
      throw error;
    }
  }

  private inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const turn = this.tail.then(() => {
      signal.throwIfAborted();
      return work();
    });
    // An error belongs to the caller; the queue only needs to know that the engine is free again.
    this.tail = turn.catch(() => undefined);
    return turn;
  }
}

/** The timings of a generation with those of the prefill that it waited for. */
function withPrefill(timings: GenerateTimings, prefill: PrefillResult): GenerateTimings {
  return {
    ...timings,
    reusedTokenCount: timings.reusedTokenCount - prefill.prefilledTokenCount,
    prefilledTokenCount: timings.prefilledTokenCount + prefill.prefilledTokenCount,
    prefillMs: timings.prefillMs + prefill.durationMs,
  };
}

function sameIds(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id, index) => id === right[index]);
}
