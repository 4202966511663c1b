import type { GenerateTimings, GenerateRequest } from '../../../engine/engine';
import { createHealingConstraint } from '../../../tokenizer/healing';
import type { Place } from '../place';
import type { Prompt } from '../prompt/prompt';
import type { CompletionTokenizer } from '../prompt/tokenizer';
import type { Produced } from '../memory/suggestionCache';
import { baseOf, possibleBases, sameBase, type Base } from '../typedThrough';
import { cutDraft, DraftDecoder, type Draft } from './draft';
import { raceAbort } from '../../../base/abort';
import type { EngineLane } from './engineLane';
import type { Shape } from './shape';
import { completePart, decideStop, type StopDecision } from './stopRules';

export interface GenerationPlan {
  readonly place: Place;
  readonly prompt: Prompt;
  readonly shape: Shape;
  readonly stopIds: ReadonlySet<number>;
}

export interface FinishedGeneration {
  readonly produced: Produced;
  readonly timings: GenerateTimings;
}

/**
 * How long a generation that nobody waits for goes on. The host cancels a request at each keystroke and asks
 * again 50 ms later; by then the typed character is often what the model has produced.
 */
const LINGER_MS = 1_000;

/**
 * One call of the model, with a life of its own: requests wait for it and leave it, and it ends early when
 * nobody has waited for it for a while. Its output so far can be read at any time.
 */
export class Generation {
  readonly finished: Promise<FinishedGeneration>;
  private readonly base: Base;
  private readonly controller = new AbortController();
  private readonly decoder: DraftDecoder;
  private waiterCount = 0;
  private lingering: NodeJS.Timeout | undefined;
  private ended = false;
  private partTaken = false;

  constructor(
    private readonly plan: GenerationPlan,
    lane: EngineLane,
    private readonly tokenizer: CompletionTokenizer,
  ) {
    this.base = baseOf(plan.place);
    this.decoder = new DraftDecoder(tokenizer, plan.prompt.remainingBytes.length);
    this.finished = this.run(lane).finally(() => {
      this.ended = true;
      clearTimeout(this.lingering);
    });
    // Those who wait see the error; a generation that lingers alone has nobody to tell.
    this.finished.catch(() => undefined);
  }

  get place(): Place {
    return this.plan.place;
  }

  /**
   * The text typed since this generation's place, when `place` came from there by typing what the model has
   * produced or nothing; undefined when the generation is of no use for `place`.
   */
  typedUntil(place: Place): string | undefined {
    if (this.controller.signal.aborted) {
      return undefined;
    }
    const { text } = this.decoder.draft();
    for (let count = 0; count <= Math.min(text.length, place.prefix.length); count++) {
      const typed = text.slice(0, count);
      if (!place.prefix.endsWith(typed)) {
        continue;
      }
      if (possibleBases(place, count).some((base) => sameBase(base, this.base))) {
        return typed;
      }
    }
    return undefined;
  }

  /**
   * Waits for the end. Rejects with the signal's reason when it aborts, and with the generation's error.
   * `deadlineMs`: resolves with undefined when that time has passed; the generation lingers.
   */
  async wait(deadlineMs: number, signal: AbortSignal): Promise<FinishedGeneration | undefined> {
    this.waiterCount++;
    clearTimeout(this.lingering);
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<undefined>((resolve) => {
      timer = Number.isFinite(deadlineMs)
        ? setTimeout(resolve, Math.max(0, deadlineMs), undefined)
        : undefined;
    });
    try {
      return await raceAbort(Promise.race([this.finished, deadline]), signal);
    } finally {
      clearTimeout(timer);
      this.waiterCount--;
      this.linger();
    }
  }

  get isRunning(): boolean {
    return !this.ended;
  }

  /** Whether what was produced so far has been shown already, so that it may be shown again without waiting. */
  get isPartlyShown(): boolean {
    return this.partTaken;
  }

  /** The whole lines, or the whole line, that have been produced by now. */
  takeCompletePart(): Draft {
    this.partTaken = true;
    const draft = this.decoder.draft();
    return cutDraft(draft, completePart(draft, this.plan.shape, 'deadline'));
  }

  /** Lets the generation end by itself if nobody comes to wait for it. */
  linger(): void {
    if (this.waiterCount === 0 && !this.ended) {
      clearTimeout(this.lingering);
      this.lingering = setTimeout(() => this.abort(), LINGER_MS);
      this.lingering.unref();
    }
  }

  abort(): void {
    clearTimeout(this.lingering);
    this.controller.abort();
  }

  private async run(lane: EngineLane): Promise<FinishedGeneration> {
    const { prompt, shape, stopIds } = this.plan;
    let decision: StopDecision = { kind: 'continue' };
    const request: GenerateRequest = {
      promptIds: prompt.promptIds,
      maxTokens: shape.maxTokens,
      stopIds,
      vocabulary: 'common',
      constraint:
        prompt.remainingBytes.length === 0
          ? undefined
          : createHealingConstraint(this.tokenizer, prompt.remainingBytes),
      onToken: (token) => {
        this.decoder.push(token);
        decision = decideStop(this.decoder.draft(), shape);
        return decision.kind === 'continue' ? 'continue' : 'stop';
      },
    };
    const { stopReason, timings } = await lane.generate(prompt.headIds, request, this.controller.signal);
    const draft = this.decoder.draft();
    return { produced: finish(draft, shape, decision, stopReason === 'stop-token'), timings };
  }
}

function finish(draft: Draft, shape: Shape, decision: StopDecision, endedByModel: boolean): Produced {
  switch (decision.kind) {
    case 'discard':
      return { kind: 'discarded', detail: decision.detail };
    case 'stop':
      return { kind: 'draft', draft: cutDraft(draft, decision.length) };
    case 'continue': {
      const length = completePart(draft, shape, endedByModel ? 'model' : 'limit');
      return { kind: 'draft', draft: cutDraft(draft, length) };
    }
  }
}
