import { basename } from 'node:path';
import { raceAbort } from '../../base/abort';
import { describeError, UserError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { Progress } from '../../base/progress';
import type { DeviceLost, DeviceReport, ModelState } from '../../shared/modelState';
import type { FetchModelResult, ProxySettings } from '../../shared/protocol';
import {
  missingModel,
  type DeviceSetting,
  type LoadOptions,
  type ModelChoice,
  type ModelLoader,
  type ResidentModel,
} from './modelLoader';
import { noticeable, stateOfProgress } from './modelStates';

export interface ModelConfiguration {
  readonly choice: ModelChoice;
  readonly cacheFolder: string | undefined;
  readonly device: DeviceSetting;
  /** Minutes without use after which the model leaves memory; 0: never. */
  readonly unloadAfterMinutes: number;
  readonly proxy: ProxySettings;
}

/**
 * Owns the one model of this process: brings it into memory when it is needed, lets it go when it is not, and says
 * at each step where it stands. Steps run one after another; configuring anew aborts the step that runs.
 */
export class ModelHost {
  /** Fulfils when it is known whether the model is on disk; `state` means nothing before. */
  readonly started: Promise<void>;
  /** Of the model that is in memory, or would be; `wanted` once the steps before have ended. */
  private configuration: ModelConfiguration;
  /** What was configured last. */
  private wanted: ModelConfiguration;
  private currentState: ModelState;
  private loaded: ResidentModel | undefined;
  private step: Promise<void> = Promise.resolve();
  private stepController = new AbortController();
  private idleTimer: NodeJS.Timeout | undefined;
  /** Commands that run with the model now. */
  private useCount = 0;
  private disposed = false;
  private lastLookMs = -Infinity;

  constructor(
    private readonly loader: ModelLoader,
    private readonly logger: Logger,
    private readonly announce: (state: ModelState) => void,
    configuration: ModelConfiguration,
    private readonly deviceLost: LoadOptions['onDeviceLost'] = () => {},
  ) {
    this.configuration = configuration;
    this.wanted = configuration;
    this.currentState = { kind: 'absent', model: modelLabel(configuration.choice) };
    this.started = this.enqueue(() => this.settle());
  }

  get state(): ModelState {
    return this.currentState;
  }

  /** The model if it is in memory now; asking counts as use. */
  current(): ResidentModel | undefined {
    this.restartIdleTimer();
    return this.loaded;
  }

  /** The model if it is in memory now; asking is no use of it. */
  get resident(): ResidentModel | undefined {
    return this.loaded;
  }

  /** What is known of the devices of this machine; asking is no use of the model. */
  deviceReport(): Promise<DeviceReport> {
    const { choice, cacheFolder } = this.wanted;
    return this.loaded?.deviceReport() ?? this.loader.deviceReport(choice, cacheFolder);
  }

  /** The user chose the device again: one that ended a server, or failed, is tried once more. */
  async tryDevice(device: string): Promise<void> {
    await this.loader.forgetCrashes(device, this.wanted.cacheFolder);
    this.loaded?.tryDevice(device);
  }

  /**
   * Starts loading a model that is on disk and not in memory; does nothing in any other state. Returns at once. One
   * that was absent may have been fetched meanwhile, in another window or by the command line.
   */
  wake(): void {
    const { kind } = this.currentState;
    if (kind === 'unloaded' || (kind === 'absent' && this.mayLookAgain())) {
      void this.enqueue(async (signal) => {
        if (this.currentState.kind === 'absent') {
          await this.settle();
        }
        if (this.currentState.kind === 'unloaded') {
          await this.load('forbidden', signal);
        }
      });
    }
  }

  /** Each keystroke wakes; the disk is asked once in a while. */
  private mayLookAgain(): boolean {
    const now = performance.now();
    const may = now - this.lastLookMs >= LOOK_AGAIN_MS;
    this.lastLookMs = may ? now : this.lastLookMs;
    return may;
  }

  /**
   * Runs a command with the model, which does not count as idle meanwhile: loads it from disk if it has to, never from
   * the network. Throws a `UserError`: `model-not-found` when it is not on this machine, `engine-failed` when it cannot
   * be loaded.
   */
  async use<Value>(run: (model: ResidentModel) => Promise<Value>, signal: AbortSignal): Promise<Value> {
    const model = await this.require(signal);
    this.useCount += 1;
    clearTimeout(this.idleTimer);
    try {
      return await run(model);
    } finally {
      this.useCount -= 1;
      this.restartIdleTimer();
    }
  }

  private async require(signal: AbortSignal): Promise<ResidentModel> {
    await this.started;
    // Twice: one that is just leaving memory cannot be woken before it has left.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      this.wake();
      await raceAbort(this.step, signal);
      const model = this.current();
      if (model !== undefined) {
        return model;
      }
    }
    const state = this.currentState;
    if (state.kind === 'failed') {
      throw new UserError('engine-failed', state.reason, state.advice);
    }
    throw missingModel();
  }

  /** Downloads what is missing, prepares and loads, because the user asked for it. Never rejects. */
  async fetch(signal: AbortSignal): Promise<FetchModelResult> {
    await this.enqueue(async (stepSignal) => {
      if (this.currentState.kind !== 'ready') {
        await this.load('allowed', AbortSignal.any([signal, stepSignal]));
      }
    });
    const state = this.currentState;
    if (state.kind === 'failed') {
      return { kind: 'failed', reason: state.reason, advice: state.advice };
    }
    return { kind: state.kind === 'ready' ? 'ready' : 'cancelled' };
  }

  /** Takes new settings: another model replaces the one in memory, once what runs has let go. */
  async configure(configuration: ModelConfiguration): Promise<void> {
    const sameModel = identityOf(configuration) === identityOf(this.wanted);
    this.wanted = configuration;
    if (sameModel) {
      const { unloadAfterMinutes, proxy } = configuration;
      this.configuration = { ...this.configuration, unloadAfterMinutes, proxy };
      this.restartIdleTimer();
      return;
    }
    this.stepController.abort(new DOMException('another model was chosen', 'AbortError'));
    this.stepController = new AbortController();
    await this.enqueue(async () => {
      await this.release();
      this.configuration = this.wanted;
      await this.settle();
    });
  }

  /** Takes the decode rate of a suggestion, for the status. */
  noteSpeed(tokensPerSecond: number): void {
    const state = this.currentState;
    if (state.kind !== 'ready') {
      return;
    }
    const average =
      state.tokensPerSecond === null ? tokensPerSecond : 0.8 * state.tokensPerSecond + 0.2 * tokensPerSecond;
    this.enter({ ...state, tokensPerSecond: average });
  }

  private noteDevice(device: string, missing: DeviceLost | null): void {
    const state = this.currentState;
    if (state.kind === 'ready') {
      // The rate was that of the other device.
      const tokensPerSecond = device === state.device ? state.tokensPerSecond : null;
      this.enter({ ...state, device, missing, tokensPerSecond });
    }
  }

  /** Stops what runs and lets the model go. Idempotent. */
  async dispose(): Promise<void> {
    this.disposed = true;
    this.stepController.abort(new DOMException('the server is shutting down', 'AbortError'));
    clearTimeout(this.idleTimer);
    await this.step;
    await this.release();
  }

  /** Each step starts after the one before has ended; a step that fails is logged and does not stop the next. */
  private enqueue(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.stepController;
    this.step = this.step.then(async () => {
      if (this.disposed || signal.aborted) {
        return;
      }
      try {
        await run(signal);
      } catch (error) {
        this.logger.error(`model: ${describeError(error)}`);
        this.enterFailure(error);
      }
    });
    return this.step;
  }

  private async load(download: LoadOptions['download'], signal: AbortSignal): Promise<void> {
    const { choice, cacheFolder, device, proxy } = this.configuration;
    const model = modelLabel(choice);
    if (signal.aborted) {
      return;
    }
    this.enter({ kind: 'loading', model });
    const report = (progress: Progress) => this.enter(stateOfProgress(model, progress));
    const options: LoadOptions = {
      ...{ choice, cacheFolder, device, proxy, download, report, logger: this.logger },
      onDeviceMoved: (title, missing) => this.noteDevice(title, missing ?? null),
      onDeviceLost: (lost) => {
        if (!this.disposed) {
          this.deviceLost(lost);
        }
      },
    };
    try {
      this.loaded = await this.loader.load(options, signal);
    } catch (error) {
      if (signal.aborted) {
        this.logger.info(`model: loading ${model} was cancelled`);
        await this.settle();
        return;
      }
      throw error;
    }
    this.logger.info(`model: ${model} is ready on ${this.loaded.device}`);
    const { device: title, missing = null, limitation = null } = this.loaded;
    this.enter({ kind: 'ready', model, device: title, missing, tokensPerSecond: null, limitation });
    this.restartIdleTimer();
  }

  /** Enters the state that holds when nothing runs and nothing is loaded: on disk, or not. */
  private async settle(): Promise<void> {
    const { choice, cacheFolder } = this.configuration;
    const present = await this.loader.isModelPresent(choice, cacheFolder);
    this.enter({ kind: present ? 'unloaded' : 'absent', model: modelLabel(choice) });
  }

  private async release(): Promise<void> {
    clearTimeout(this.idleTimer);
    const { loaded } = this;
    this.loaded = undefined;
    await loaded?.dispose();
  }

  private restartIdleTimer(): void {
    clearTimeout(this.idleTimer);
    const { unloadAfterMinutes } = this.configuration;
    if (this.loaded === undefined || unloadAfterMinutes === 0 || this.useCount > 0 || this.disposed) {
      return;
    }
    this.idleTimer = setTimeout(
      () => void this.enqueue(() => this.unloadIdle()),
      unloadAfterMinutes * 60_000,
    );
    this.idleTimer.unref();
  }

  private async unloadIdle(): Promise<void> {
    if (this.loaded === undefined || this.useCount > 0) {
      return;
    }
    const model = modelLabel(this.configuration.choice);
    this.logger.info(`model: ${model} was not used for ${this.configuration.unloadAfterMinutes} minutes`);
    this.enter({ kind: 'unloaded', model });
    await this.release();
  }

  private enterFailure(error: unknown): void {
    const model = modelLabel(this.configuration.choice);
    const [reason, advice] =
      error instanceof UserError
        ? [error.message, error.advice]
        : [describeError(error), 'The log has the details; "Sotto: Restart" tries again.'];
    this.enter({ kind: 'failed', model, reason, advice });
  }

  /** Announces what a reader could notice. */
  private enter(state: ModelState): void {
    const changed = noticeable(state) !== noticeable(this.currentState);
    this.currentState = state;
    if (changed && !this.disposed) {
      this.announce(state);
    }
  }
}

const LOOK_AGAIN_MS = 5_000;

/** What another model in memory is needed for when it changes. */
function identityOf({ choice, cacheFolder, device }: ModelConfiguration): string {
  return JSON.stringify([choice, cacheFolder, device]);
}

function modelLabel(choice: ModelChoice): string {
  return choice.kind === 'catalog' ? choice.name : basename(choice.path);
}
