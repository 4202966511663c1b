import { raceAbort } from '../../../base/abort';
import type { Place } from '../place';
import { baseOf, possibleBases, sameBase, type Base } from '../typedThrough';
import {
  anyBeginning,
  attemptDecoder,
  writeAttempt,
  type Attempt,
  type Beginning,
  type GenerationPlan,
  type Writer,
} from './attempt';
import { cutDraft, type Draft, type DraftDecoder } from './draft';
import { likelyLines } from './likelyLines';
import { completePart } from './stopRules';
import { weighLines } from './weighLines';

/**
 * How long a generation that nobody waits for goes on. The host cancels a request at each keystroke and asks
 * again 50 ms later; by then the typed character is often what the model has produced.
 */
const LINGER_MS = 1_000;
/** A block that ends so soon after its first line is shown whole at once; the rest of a longer one comes later. */
const BLOCK_REST_MS = 250;

/** A line that is less likely than the likeliest by more is not weighed against it. */
const rivalNats = 2;

/**
 * What the model writes at one place, with a life of its own: requests wait for it and leave it, and it ends early when
 * nobody has waited for it for a while. Its output so far can be read at any time.
 */
export class Generation {
  readonly finished: Promise<Attempt>;
  private readonly base: Base;
  private readonly controller = new AbortController();
  /** For likelier lines than the first; aborted when the first one will do, and with everything else. */
  private readonly search = new AbortController();
  private readonly decoder: DraftDecoder;
  private announceLine: () => void = () => undefined;
  /** Resolves when the first line of a block is whole; never for a single line. */
  private readonly lineOfBlock = new Promise<void>((resolve) => (this.announceLine = resolve));
  private first: Attempt | undefined;
  private waiterCount = 0;
  private lingering: NodeJS.Timeout | undefined;
  private ended = false;
  private partTaken = false;

  constructor(
    private readonly plan: GenerationPlan,
    private readonly writer: Writer,
  ) {
    this.base = baseOf(plan.place);
    this.decoder = attemptDecoder(plan, writer.tokenizer);
    this.finished = this.run().finally(() => {
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
   * `deadlineMs`: resolves with undefined when that time has passed, or when enough of a block is there to be shown before
   * it; the generation lingers.
   */
  async wait(deadlineMs: number, signal: AbortSignal): Promise<Attempt | undefined> {
    this.waiterCount++;
    clearTimeout(this.lingering);
    const timers: NodeJS.Timeout[] = [];
    const deadline = new Promise<undefined>((resolve) => {
      if (Number.isFinite(deadlineMs)) {
        timers.push(setTimeout(resolve, Math.max(0, deadlineMs), undefined));
        void this.lineOfBlock.then(() => timers.push(setTimeout(resolve, BLOCK_REST_MS, undefined)));
      }
    });
    try {
      return await raceAbort(Promise.race([this.finished, deadline]), signal);
    } finally {
      timers.forEach(clearTimeout);
      this.waiterCount--;
      this.linger();
    }
  }

  /** Whether what comes of it is the best there is. */
  get isThorough(): boolean {
    return this.plan.isThorough || this.plan.shape.multiLine;
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

  /** The line that came first, while likelier ones are looked for; undefined before, and for a block. */
  get firstLine(): Attempt | undefined {
    return this.first;
  }

  /** Ends with the first line, which is known by now, as somebody has begun to type it. */
  settle(): void {
    this.search.abort();
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
    this.search.abort();
  }

  private async run(): Promise<Attempt> {
    const { plan, writer, decoder, controller } = this;
    const first = await writeAttempt(plan, anyBeginning, decoder, writer, controller.signal, (text) =>
      this.noteText(text),
    );
    // A block is more than one line, and its first one alone says little about which block is likeliest.
    if (plan.shape.multiLine) {
      return first;
    }
    this.first = first;
    const { signal } = this.search;
    try {
      const { isThorough } = plan;
      const write = (beginning: Beginning) =>
        writeAttempt(plan, beginning, attemptDecoder(plan, writer.tokenizer), writer, signal);
      const lines = await likelyLines(first, write, isThorough ? rivalNats : 0);
      const best = isThorough ? await weighLines(lines, plan, writer, signal) : lines[0];
      return { ...(best ?? first), timings: first.timings };
    } catch (error) {
      if (controller.signal.aborted || !signal.aborted) {
        throw error;
      }
      return first;
    }
  }

  private noteText(text: string): void {
    if (this.plan.shape.multiLine && text.trimStart().includes('\n')) {
      this.announceLine();
    }
  }
}
