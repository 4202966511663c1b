import type { Disposable } from '../base/disposables';

/** Who goes first when the engine is free. `ahead`: of a completion that nobody has asked for yet. */
export type Priority = 'completion' | 'command' | 'ahead' | 'background';

export type Job<T> = (signal: AbortSignal) => Promise<T>;

/**
 * One window's access to the engine. The newest completion replaces every older one of the same window, and a running
 * job is told to stop as soon as a more urgent one waits, whichever window it is of.
 */
export class Scheduler implements Disposable {
  /** What is done for completions before one is asked for. */
  private workAhead: (() => Promise<void>) | undefined;

  /** Without `turns` the window has the engine for itself. */
  constructor(private readonly turns = new EngineTurns()) {}

  /**
   * Settles as the job does. Rejects with `signal.reason` when the caller gave up, and with an abort error when
   * something more urgent took the job's place, before or while it ran.
   */
  run<T>(priority: Priority, job: Job<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal.aborted) {
        reject(toError(signal.reason));
        return;
      }
      if (priority !== 'completion') {
        this.turns.add(this.schedule(priority, job, signal, resolve, reject));
        return;
      }
      this.abortAll('completion', 'superseded by a newer completion');
      this.abortAll('ahead', 'superseded by a newer completion');
      const rank = this.workAhead === undefined ? 'completion' : 'ahead';
      this.turns.add(this.schedule(rank, job, signal, resolve, reject));
    });
  }

  /** Settles as `work`, during which completions give way to everything that a user waits for, until `askedFor`. */
  async ahead(work: () => Promise<void>): Promise<void> {
    this.workAhead = work;
    try {
      await work();
    } finally {
      if (this.workAhead === work) {
        this.workAhead = undefined;
      }
    }
  }

  /** A user waits for a completion now: what was begun ahead of it may be what it needs. */
  askedFor(): void {
    this.workAhead = undefined;
    this.turns.raise(this);
  }

  /** Whether a user waits for something other than a completion: then nothing in the background should begin. */
  get hasCommands(): boolean {
    return this.turns.jobs().some(({ priority }) => priority === 'command');
  }

  dispose(): void {
    for (const priority of priorities) {
      this.abortAll(priority, 'the server is shutting down');
    }
  }

  private schedule<T>(
    priority: Priority,
    job: Job<T>,
    signal: AbortSignal,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ): ScheduledJob {
    const controller = new AbortController();
    const onAbort = () => scheduled.abort(toError(signal.reason));
    const scheduled: ScheduledJob = {
      owner: this,
      priority,
      abort: (reason) => {
        controller.abort(reason);
        if (this.turns.remove(scheduled)) {
          signal.removeEventListener('abort', onAbort);
          reject(reason);
        }
      },
      start: () =>
        callJob(job, controller.signal)
          .then(resolve, (error: unknown) => reject(toError(error)))
          .finally(() => signal.removeEventListener('abort', onAbort)),
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return scheduled;
  }

  private abortAll(priority: Priority, message: string): void {
    for (const job of this.turns.jobs()) {
      if (job.owner === this && job.priority === priority) {
        job.abort(abortError(message));
      }
    }
  }
}

/**
 * Hands the engine to one job at a time, for all windows. A job starts only after the one before it has settled, so
 * the engine never sees two calls at once. Among jobs of equal priority the window goes first whose last turn is the
 * longest ago, and within a window the oldest job.
 */
export class EngineTurns {
  private running: ScheduledJob | undefined;
  private readonly waiting: ScheduledJob[] = [];
  /** The number of each window's last turn. */
  private readonly lastTurns = new WeakMap<Scheduler, number>();
  private turnCount = 0;

  /** The job that runs and all that wait. */
  jobs(): readonly ScheduledJob[] {
    return this.running === undefined ? [...this.waiting] : [...this.waiting, this.running];
  }

  add(job: ScheduledJob): void {
    this.waiting.push(job);
    this.preemptFor(job);
    this.startNext();
  }

  /** What `owner` wanted ahead of time counts as a completion from now on. */
  raise(owner: Scheduler): void {
    for (const job of this.jobs()) {
      if (job.owner === owner && job.priority === 'ahead') {
        job.priority = 'completion';
        this.preemptFor(job);
      }
    }
  }

  /** Whether the job was waiting; one that runs stays until it has settled. */
  remove(job: ScheduledJob): boolean {
    const index = this.waiting.indexOf(job);
    if (index >= 0) {
      this.waiting.splice(index, 1);
    }
    return index >= 0;
  }

  private preemptFor(job: ScheduledJob): void {
    if (this.running !== undefined && isMoreUrgent(job.priority, this.running.priority)) {
      this.running.abort(new PreemptedError());
    }
  }

  private startNext(): void {
    const next = this.running === undefined ? this.next() : undefined;
    if (next === undefined) {
      return;
    }
    this.remove(next);
    this.lastTurns.set(next.owner, ++this.turnCount);
    this.running = next;
    void next.start().then(() => {
      this.running = undefined;
      this.startNext();
    });
  }

  private next(): ScheduledJob | undefined {
    const mostUrgent = priorities.find((priority) => this.waiting.some((job) => job.priority === priority));
    const candidates = this.waiting.filter((job) => job.priority === mostUrgent);
    const lastTurn = ({ owner }: ScheduledJob) => this.lastTurns.get(owner) ?? 0;
    const longestAgo = Math.min(...candidates.map(lastTurn));
    return candidates.find((job) => lastTurn(job) === longestAgo);
  }
}

/** Why a job was aborted that its caller still wants: something more urgent took its place. */
export class PreemptedError extends DOMException {
  constructor() {
    super('yielded to a more urgent job', 'AbortError');
  }
}

interface ScheduledJob {
  /** The window that wants it. */
  readonly owner: Scheduler;
  priority: Priority;
  readonly abort: (reason: Error) => void;
  /** Runs the job and answers its caller; never rejects. */
  readonly start: () => Promise<void>;
}

const priorities: readonly Priority[] = ['completion', 'command', 'ahead', 'background'];

function isMoreUrgent(one: Priority, other: Priority): boolean {
  return priorities.indexOf(one) < priorities.indexOf(other);
}

/** A job that throws before its first await fails like any other. */
async function callJob<T>(job: Job<T>, signal: AbortSignal): Promise<T> {
  return await job(signal);
}

function abortError(message: string): Error {
  return new DOMException(message, 'AbortError');
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
