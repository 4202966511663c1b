import { isAbortError } from '../../base/abort';
import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { Scheduler } from '../scheduler';

/**
 * What is done ahead of time. Only the newest piece of it is worth doing: it replaces the one before. None is begun
 * while a command runs: it would throw the command's KV cache away for a guess.
 */
export class BackgroundWork {
  private running = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly logger: Logger,
  ) {}

  /** Never rejects. */
  async run(name: string, job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.stop();
    if (this.scheduler.hasCommands) {
      return;
    }
    this.running = new AbortController();
    const { signal } = this.running;
    try {
      await this.scheduler.ahead(() => job(signal));
    } catch (error) {
      const write = isAbortError(error) ? this.logger.debug : this.logger.warn;
      write(`${name}: ${describeError(error)}`);
    }
  }

  /** As `run`, after a while in which nothing else is asked for. What runs goes on until then. */
  runAfter(delayMs: number, name: string, job: (signal: AbortSignal) => Promise<void>): void {
    this.cancelPlan();
    this.timer = setTimeout(() => void this.run(name, job), delayMs);
  }

  /** The user asks: what was to run after a while is forgotten, and what runs counts as asked for. */
  giveWay(): void {
    this.cancelPlan();
    this.scheduler.askedFor();
  }

  /** Ends what runs, and forgets what was to. */
  stop(): void {
    this.cancelPlan();
    this.running.abort(new DOMException('background work was stopped', 'AbortError'));
  }

  private cancelPlan(): void {
    clearTimeout(this.timer);
  }
}
