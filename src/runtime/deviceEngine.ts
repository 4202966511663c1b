import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import { UserError } from '../base/errors';
import type { Device } from '../engine/device';
import type { Engine, GeneratedToken, GenerateRequest, GenerateResult } from '../engine/engine';

/** An engine and what it runs on. */
export interface PlacedEngine {
  readonly device: Device;
  readonly engine: Engine;
}

export interface DeviceEngineEvents {
  /** The engine runs on another device from now on. */
  readonly moved: (device: Device) => void;
  /** A run failed or hangs on a device, which is not used any more; the request goes on on the CPU. */
  readonly lost: (device: Device, error: unknown) => void;
}

/**
 * An engine that can move to another device between two calls, and that falls back to the CPU when a run fails or
 * hangs on its device (driver reset, no memory left, an external card pulled out): the request is answered all the same.
 */
export class DeviceEngine implements Engine {
  readonly contextCapacity: number;
  readonly vocabularySize: number;
  private running: Promise<unknown> | undefined;
  private nextCall = new AbortController();
  private lastUseTime = performance.now();
  private disposed = false;

  constructor(
    private current: PlacedEngine,
    private readonly openOnCpu: () => Promise<Engine>,
    private readonly events: DeviceEngineEvents,
  ) {
    this.contextCapacity = current.engine.contextCapacity;
    this.vocabularySize = current.engine.vocabularySize;
  }

  get device(): Device {
    return this.current.device;
  }

  /** Fulfils once no call has run for that long. Rejects with the signal's reason. */
  async idleFor(idleMs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      await Promise.allSettled([this.running]);
      const restMs = this.lastUseTime + idleMs - performance.now();
      if (this.running === undefined && restMs <= 0) {
        return;
      }
      await setTimeoutAsync(Math.max(0, restMs), undefined, { signal, ref: false });
    }
  }

  /** Aborted when the next call begins: for work that must not stand in its way. */
  get untilNextCall(): AbortSignal {
    return this.nextCall.signal;
  }

  /** Takes `next` in place of the current engine, once no call runs, and disposes the loser. */
  async moveTo(next: PlacedEngine): Promise<void> {
    while (this.running !== undefined) {
      await Promise.allSettled([this.running]);
    }
    if (this.disposed) {
      await next.engine.dispose();
      return;
    }
    const last = this.current;
    this.current = next;
    this.events.moved(next.device);
    await last.engine.dispose();
  }

  generate(...[request, signal]: Parameters<Engine['generate']>): ReturnType<Engine['generate']> {
    const emitted: GeneratedToken[] = [];
    return this.withFallback(
      (engine) => engine.generate(continuing(request, emitted), signal),
      (result) => ({ ...result, tokens: emitted }) satisfies GenerateResult,
    );
  }

  prefill(...[ids, signal]: Parameters<Engine['prefill']>): ReturnType<Engine['prefill']> {
    return this.withFallback((engine) => engine.prefill(ids, signal), unchanged);
  }

  score(...[promptIds, targetIds, signal]: Parameters<Engine['score']>): ReturnType<Engine['score']> {
    return this.withFallback((engine) => engine.score(promptIds, targetIds, signal), unchanged);
  }

  scoreChoices(
    ...[promptIds, targetIds, choices, signal]: Parameters<Engine['scoreChoices']>
  ): ReturnType<Engine['scoreChoices']> {
    return this.withFallback(
      (engine) => engine.scoreChoices(promptIds, targetIds, choices, signal),
      unchanged,
    );
  }

  cachedPrefixLength(ids: readonly number[]): number {
    return this.current.engine.cachedPrefixLength(ids);
  }

  forget(): void {
    this.current.engine.forget();
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.allSettled([this.running]);
    await this.current.engine.dispose();
  }

  private async withFallback<T>(call: (engine: Engine) => Promise<T>, finish: (result: T) => T): Promise<T> {
    if (this.disposed) {
      throw new Error('the engine is disposed');
    }
    if (this.running !== undefined) {
      throw new Error('the engine is busy: one call at a time');
    }
    const running = this.callWithFallback(call).then(finish);
    this.running = running;
    this.nextCall.abort(new DOMException('the model is in use', 'AbortError'));
    this.nextCall = new AbortController();
    try {
      return await running;
    } finally {
      this.running = undefined;
      this.lastUseTime = performance.now();
    }
  }

  private async callWithFallback<T>(call: (engine: Engine) => Promise<T>): Promise<T> {
    const { device, engine } = this.current;
    try {
      return await call(engine);
    } catch (error) {
      if (device === 'cpu' || !isLossOfDevice(error)) {
        throw error;
      }
      this.current = { device: 'cpu', engine: await this.openOnCpu() };
      this.events.lost(device, error);
      this.events.moved('cpu');
      // What a broken driver says when it is left is of no interest.
      void engine.dispose().catch(() => undefined);
      return call(this.current.engine);
    }
  }
}

/**
 * What ONNX Runtime could not do, or does not end; an abort, a full context or a caller's own error is no reason to leave
 * a device.
 */
function isLossOfDevice(error: unknown): boolean {
  return error instanceof UserError && ['device-hung', 'engine-failed', 'out-of-memory'].includes(error.code);
}

/** The rest of a request of which `emitted` tokens are made; those to come are added to them. */
function continuing(request: GenerateRequest, emitted: GeneratedToken[]): GenerateRequest {
  return {
    ...request,
    promptIds: [...request.promptIds, ...emitted.map(({ id }) => id)],
    maxTokens: request.maxTokens - emitted.length,
    onToken(token) {
      emitted.push(token);
      return request.onToken?.(token) ?? 'continue';
    },
  };
}

function unchanged<T>(result: T): T {
  return result;
}
