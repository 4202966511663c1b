import type { Disposable } from '../base/disposables';

/** Who goes first when the engine is free. */
export type Priority = 'completion' | 'command' | 'background';

export type Job<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Hands the one engine to one job at a time. A job starts only after the one before it has settled, so the engine
 * never sees two calls at once. The newest completion replaces every older one, and a running job is told to stop as
 * soon as a more urgent one waits.
 */
export class Scheduler implements Disposable {
  private running: ScheduledJob | undefined;
  private readonly waiting: Readonly<Record<Priority, ScheduledJob[]>> = {
    completion: [],
    command: [],
    background: [],
  };

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
      if (priority === 'completion') {
        this.abortAll('completion', 'superseded by a newer completion');
      }
      if (this.running !== undefined && isMoreUrgent(priority, this.running.priority)) {
        this.running.abort(new PreemptedError());
      }
      const scheduled = this.schedule(priority, job, signal, resolve, reject);
      this.waiting[priority].push(scheduled);
      this.startNext();
    });
  }

  /** Whether a user waits for something other than a completion: then nothing in the background should begin. */
  get hasCommands(): boolean {
    return this.running?.priority === 'command' || this.waiting.command.length > 0;
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
      priority,
      abort: (reason) => {
        controller.abort(reason);
        if (this.removeWaiting(scheduled)) {
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

  private startNext(): void {
    if (this.running !== undefined) {
      return;
    }
    const next = priorities.flatMap((priority) => this.waiting[priority]).at(0);
    if (next === undefined) {
      return;
    }
    this.removeWaiting(next);
    this.running = next;
    void next.start().then(() => {
      this.running = undefined;
      this.startNext();
    });
  }

  private abortAll(priority: Priority, message: string): void {
    for (const scheduled of [...this.waiting[priority]]) {
      scheduled.abort(abortError(message));
    }
    if (this.running?.priority === priority) {
      this.running.abort(abortError(message));
    }
  }

  private removeWaiting(scheduled: ScheduledJob): boolean {
    const queue = this.waiting[scheduled.priority];
    const index = queue.indexOf(scheduled);
    if (index >= 0) {
      queue.splice(index, 1);
    }
    return index >= 0;
  }
}

/** Why a job was aborted that its caller still wants: something more urgent took its place. */
export class PreemptedError extends DOMException {
  constructor() {
    super('yielded to a more urgent job', 'AbortError');
  }
}

interface ScheduledJob {
  readonly priority: Priority;
  readonly abort: (reason: Error) => void;
  /** Runs the job and answers its caller; never rejects. */
  readonly start: () => Promise<void>;
}

const priorities: readonly Priority[] = ['completion', 'command', 'background'];

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
