import { raceAbort } from '../base/abort';
import { UserError } from '../base/errors';
import { deviceTitle, type Device } from '../engine/device';
import type { Engine } from '../engine/engine';

/**
 * An engine whose calls reject with `device-hung` once its device has given no sign of life for so long that it hangs;
 * opening it rejects so too. A sign is a run that has ended, which `open` makes the engine tell: a long prompt is many.
 * An engine that hangs is left alone: `dispose` returns at once, and it is disposed if its call ever ends.
 */
export async function openWatched(
  device: Device,
  open: (onRun: () => void) => Promise<Engine>,
): Promise<Engine> {
  const watch = new Watch(device);
  const engine = await openUnder(watch, open);
  const call = async <T>(work: (inner: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> => {
    signal.throwIfAborted();
    const givenUp = new AbortController();
    const inner = AbortSignal.any([signal, givenUp.signal]);
    const result = await watch.over(
      () => work(inner),
      (hang) => givenUp.abort(hang), // Nothing more is to be told of it when it comes to itself.
    );
    watch.noteUse();
    return result;
  };
  return {
    contextCapacity: engine.contextCapacity,
    vocabularySize: engine.vocabularySize,
    generate: (request, signal) => call((inner) => engine.generate(request, inner), signal),
    prefill: (ids, signal) => call((inner) => engine.prefill(ids, inner), signal),
    score: (promptIds, targetIds, signal) =>
      call((inner) => engine.score(promptIds, targetIds, inner), signal),
    scoreChoices: (promptIds, targetIds, choices, signal) =>
      call((inner) => engine.scoreChoices(promptIds, targetIds, choices, inner), signal),
    cachedPrefixLength: (ids) => engine.cachedPrefixLength(ids),
    forget: () => engine.forget(),
    async dispose() {
      if (watch.stuck === undefined) {
        return engine.dispose();
      }
      void watch.stuck.then(() => engine.dispose()).catch(ignore);
    },
  };
}

export function isHang(error: unknown): boolean {
  return error instanceof UserError && error.code === 'device-hung';
}

/** Whether something on the device hangs in this process: another engine would only hang too, and hold one more thread. */
export function hangsNow(device: Device): boolean {
  return hanging.has(device);
}

const hanging = new Set<Device>();

async function noteHanging(device: Device, work: Promise<unknown>): Promise<void> {
  hanging.add(device);
  await work.catch(ignore);
  hanging.delete(device);
}

async function openUnder(watch: Watch, open: (onRun: () => void) => Promise<Engine>): Promise<Engine> {
  let opening: Promise<Engine> | undefined;
  try {
    return await watch.over(() => (opening = open(watch.noteSign)), ignore);
  } catch (error) {
    void opening?.then((late) => late.dispose()).catch(ignore);
    throw error;
  }
}

/** While the model is opened and until a call has ended well: weights are copied, and shaders compiled. */
const firstUseMs = 5 * 60_000;
/** A slow card beside a game takes a quarter of it for the 256 tokens of a run. */
const usualMs = 60_000;
const lookEveryMs = 1000;

class Watch {
  /** Settles when what hangs has ended; undefined while nothing hangs. */
  stuck: Promise<unknown> | undefined;
  private hang: UserError | undefined;
  private limitMs = firstUseMs;
  /** Counted by looks, not by a clock: a machine that slept in between is no device that hangs. */
  private silentMs = 0;

  constructor(private readonly device: Device) {}

  readonly noteSign = (): void => {
    this.silentMs = 0;
  };

  /** A call has ended well. */
  noteUse(): void {
    this.limitMs = usualMs;
  }

  /** What `work` does, or a rejection once it hangs, and ever after. */
  async over<T>(work: () => Promise<T>, onHang: (hang: UserError) => void): Promise<T> {
    if (this.hang !== undefined) {
      throw this.hang;
    }
    const givenUp = new AbortController();
    const running = work();
    this.silentMs = 0;
    const timer = setInterval(() => {
      this.silentMs += lookEveryMs;
      if (this.silentMs >= this.limitMs) {
        clearInterval(timer);
        this.hang = this.describe();
        this.stuck = noteHanging(this.device, running);
        givenUp.abort(this.hang);
        onHang(this.hang);
      }
    }, lookEveryMs);
    try {
      return await raceAbort(running, givenUp.signal);
    } finally {
      clearInterval(timer);
    }
  }

  private describe(): UserError {
    return new UserError(
      'device-hung',
      `${deviceTitle(this.device)} did not answer for ${Math.round(this.limitMs / 1000)} seconds.`,
      'Set sotto.device to "cpu", or give the graphics card another driver.',
    );
  }
}

function ignore(): void {}
