import { isAbortError, neverAborted } from '../base/abort';
import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import { deviceTitle, devices, hasOwnMemory, type Device } from '../engine/device';
import type { Engine } from '../engine/engine';
import { createEngine, type EngineOptions } from '../engine/transformerEngine';
import type { Cache } from '../model/cache';
import { deviceForms, precisionOf, type DeviceForm } from '../model/deviceForm';
import { cudaLibraryPath } from './deviceCuda';
import { DeviceEngine } from './deviceEngine';
import { openMarked, takeCrashes } from './deviceMark';
import { probeDevices } from './deviceProbe';
import { tableKey, type DeviceLine } from './deviceReport';
import {
  crashesIn,
  describeEntry,
  fastestDevice,
  isMeasured,
  formOn,
  readDeviceTable,
  writeDeviceCrash,
  writeDeviceTable,
  type DeviceTable,
} from './deviceTable';
import { hangsNow, isHang, openWatched } from './deviceWatch';

/** `auto`: the fastest device that gives the CPU's results, as measured on this machine. */
export type DeviceSetting = 'auto' | Device;

export interface DeviceOptions {
  readonly setting: DeviceSetting;
  /** For the CPU; another device takes the same but for its library and its graph. */
  readonly engine: EngineOptions;
  /** The graph that the model is prepared with, where the CPU runs another: devices must give its tokens. */
  readonly preparedGraphPath?: string;
  readonly deviceGraphs: DeviceGraphs;
  readonly modelSha256: string;
  /** The golden prompts as token ids. */
  readonly promptIds: readonly (readonly number[])[];
  readonly cache: Cache;
  readonly logger: Logger;
  /** `missing`: see `DeviceControl.missing`. */
  readonly onMoved: (device: Device, missing?: MissingDevice) => void;
  /** Once for each loss: the CPU goes on. */
  readonly onLost: (device: Device, loss: DeviceLoss) => void;
  /** How long nobody asked anything of the model before the devices are measured; shorter in tests. */
  readonly measureAfterIdleMs?: number;
  /** After which a device that is measured counts as hanging; longer in tests. */
  readonly probeTimeoutMs?: number;
}

/** The graphs for devices that have a memory of their own. */
export interface DeviceGraphs {
  /** The path of one, which is made when it is not there. */
  ensure(form: DeviceForm, signal: AbortSignal): Promise<string>;
  /** Takes one from the disk; it is made anew when it is asked for again. */
  remove(form: DeviceForm): Promise<void>;
}

export interface DeviceLoss {
  /**
   * `failed`: a run failed, and the device is tried again later. `hung`: it did not answer, and is not while this process
   * lives. `crashed`: it ended the last process, or hung in it, and is not.
   */
  readonly kind: 'failed' | 'hung' | 'crashed';
  readonly reason: string;
}

/** A device that is forced, and why the model runs without it. */
export interface MissingDevice extends DeviceLoss {
  readonly device: Device;
}

/** Measuring keeps the processor and the memory busy for a minute: not in a pause of thought. */
const defaultMeasureAfterIdleMs = 30_000;
/** A device that is known to be faster is opened beside the one in use, but not during the first suggestions. */
const moveAfterIdleMs = 1000;
const retryAfterMs = 60 * 60_000;

/**
 * Opens the model where the setting says: on a device that is forced, at once; otherwise on the CPU, and on the fastest
 * device as soon as it is known and ready. A device that ended an earlier process, or hangs in this one, is not used,
 * forced or not. Rejects with `device-unavailable` or `device-hung` for a forced one, or as `createEngine`.
 */
export async function openOnDevice(options: DeviceOptions): Promise<DeviceControl> {
  const { setting } = options;
  await rememberCrashes(options);
  const ban = setting === 'auto' ? undefined : await banOf(options, setting);
  const device = setting === 'auto' || ban !== undefined ? 'cpu' : setting;
  const control = new DeviceControl(options, { device, engine: await openEngine(options, device) }, ban);
  if (setting === 'auto') {
    control.chooseLater(0);
  }
  return control;
}

/** The engine of a model and the choice of its device, for as long as the model is in memory. */
export class DeviceControl {
  readonly engine: DeviceEngine;
  private readonly stop = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private choosing: Promise<void> | undefined;

  constructor(
    private readonly options: DeviceOptions,
    first: { readonly device: Device; readonly engine: Engine },
    private loss: DeviceLoss | undefined,
  ) {
    this.engine = new DeviceEngine(first, () => openEngine(options, 'cpu'), {
      moved: (device) => options.onMoved(device, this.missing),
      lost: (device, error) => this.onLost(device, error),
    });
  }

  /** The device that is forced, while the model runs without it. */
  get missing(): MissingDevice | undefined {
    const { setting } = this.options;
    return setting === 'auto' || setting === this.engine.device || this.loss === undefined
      ? undefined
      : { device: setting, ...this.loss };
  }

  /** Goes to a device that is forced and was lost, now that the user chose it again and its crashes are forgotten. */
  tryAgain(device: string): void {
    if (this.options.setting === device && this.missing !== undefined) {
      this.chooseLater(0);
    }
  }

  /** The table for this model and machine, which is measured where it is not known yet. */
  async table(signal: AbortSignal): Promise<readonly DeviceLine[]> {
    const stored = await readStored(this.options);
    const table = isMeasured(stored.table) ? stored.table : await this.measure(stored, signal);
    return table.map((entry) => ({ device: entry.device, detail: describeEntry(entry) }));
  }

  /** Looks for the best device in the background and moves there; failures go to the log. */
  chooseLater(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.choosing = this.choose().catch((error: unknown) => {
        if (!isAbortError(error) && !this.stop.signal.aborted) {
          this.options.logger.warn(`device: ${describeError(error)}`);
        }
      });
    }, delayMs);
    this.timer.unref();
  }

  async dispose(): Promise<void> {
    clearTimeout(this.timer);
    this.stop.abort(new DOMException('the model is leaving memory', 'AbortError'));
    await this.choosing;
    await this.engine.dispose();
  }

  private async choose(): Promise<void> {
    const { setting, logger } = this.options;
    const device = setting === 'auto' ? fastestDevice(await this.tableWhenIdle()) : setting;
    if (device === this.engine.device || this.stop.signal.aborted || hangsNow(device)) {
      return;
    }
    await this.engine.idleFor(moveAfterIdleMs, this.stop.signal);
    logger.info(`device: moving to ${deviceTitle(device)}`);
    try {
      await this.engine.moveTo({ device, engine: await this.openWarm(device) });
    } catch (error) {
      if (!this.stop.signal.aborted) {
        this.noteLoss(error);
        this.options.onMoved(this.engine.device, this.missing);
      }
      throw error;
    }
  }

  /**
   * The stored table, or one that is measured while nobody uses the model: whoever comes in between goes first. Where
   * the CPU could not be measured, that is tried again when the model is loaded next, and not before.
   */
  private async tableWhenIdle(): Promise<DeviceTable> {
    const { logger, measureAfterIdleMs = defaultMeasureAfterIdleMs } = this.options;
    const stored = await readStored(this.options);
    if (isMeasured(stored.table)) {
      return stored.table;
    }
    for (;;) {
      await this.engine.idleFor(measureAfterIdleMs, this.stop.signal);
      const inUse = this.engine.untilNextCall;
      try {
        return await this.measure(stored, AbortSignal.any([this.stop.signal, inUse]));
      } catch (error) {
        if (!inUse.aborted || this.stop.signal.aborted) {
          throw error;
        }
        logger.info('device: the model is in use; measuring begins again when it rests');
      }
    }
  }

  /** Shaders are compiled at first use, which takes seconds: not during the first suggestion on the device. */
  private async openWarm(device: Device): Promise<Engine> {
    const engine = await openEngine(this.options, device, this.stop.signal);
    try {
      for (const promptIds of this.options.promptIds) {
        await engine.generate({ promptIds, maxTokens: 2, stopIds: new Set() }, this.stop.signal);
      }
      return engine;
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  }

  /** Tries what is not known to crash, and stores what came out. */
  private async measure({ key, table: known }: StoredTable, signal: AbortSignal): Promise<DeviceTable> {
    const { promptIds, deviceGraphs, cache, logger, probeTimeoutMs, engine } = this.options;
    const { preparedGraphPath = engine.graphPath } = this.options;
    const crashes = crashesIn(known);
    const measured = await probeDevices(
      {
        engineFor: (device, form) => engineOptionsFor(this.options, device, form, signal),
        referenceEngine:
          preparedGraphPath === engine.graphPath ? undefined : { ...engine, graphPath: preparedGraphPath },
        libraryPathFor: (device) => libraryPathOf(device, cache),
        promptIds,
        logger,
        skip: crashes.map(({ device }) => device),
        timeoutMs: probeTimeoutMs,
      },
      signal,
    );
    const table = [...measured, ...crashes];
    await writeDeviceTable(cache.devicesFile, key, table);
    const inUse = devices.map((device) => formOn(table, device));
    for (const form of deviceForms.filter((candidate) => !inUse.includes(candidate))) {
      await deviceGraphs
        .remove(form)
        .catch((error: unknown) =>
          logger.warn(`device: the graph of ${form} stays on the disk: ${describeError(error)}`),
        );
    }
    table.forEach((entry) => logger.info(`device: ${deviceTitle(entry.device)}: ${describeEntry(entry)}`));
    return table;
  }

  private onLost(device: Device, error: unknown): void {
    const reason = describeError(error);
    this.options.logger.error(`device: ${deviceTitle(device)} was lost: ${reason}`);
    this.options.onLost(device, this.noteLoss(error));
  }

  /** The device is tried again later, but for one that hangs. */
  private noteLoss(error: unknown): DeviceLoss {
    this.loss = { kind: isHang(error) ? 'hung' : 'failed', reason: describeError(error) };
    if (this.loss.kind === 'failed') {
      this.chooseLater(retryAfterMs);
    }
    return this.loss;
  }
}

interface StoredTable {
  readonly key: string;
  readonly table: DeviceTable;
}

async function readStored(options: DeviceOptions): Promise<StoredTable> {
  const key = await tableKey(options);
  return { key, table: await readDeviceTable(options.cache.devicesFile, key) };
}

/** Takes up what processes left behind whose device ended them, whatever model they ran. */
async function rememberCrashes({ cache, logger, onLost }: DeviceOptions): Promise<void> {
  for (const { device, tableKey: key } of takeCrashes(cache.deviceMarksFolder, logger)) {
    const reason = 'the last process ended while it ran the model on it';
    logger.error(`device: ${deviceTitle(device)}: ${reason}`);
    await writeDeviceCrash(cache.devicesFile, key, device).catch((error: unknown) =>
      logger.warn(`device: the crash cannot be remembered: ${describeError(error)}`),
    );
    onLost(device, { kind: 'crashed', reason });
  }
}

/** Why a device is not to be used; undefined when it may be. */
async function banOf(options: DeviceOptions, device: Device): Promise<DeviceLoss | undefined> {
  if (device === 'cpu') {
    return undefined;
  }
  if (hangsNow(device)) {
    return { kind: 'hung', reason: 'it does not answer' };
  }
  const { table } = await readStored(options);
  const crash = crashesIn(table).find((entry) => entry.device === device);
  return crash && { kind: 'crashed', reason: describeEntry(crash) };
}

async function openEngine(
  options: DeviceOptions,
  device: Device,
  signal: AbortSignal = neverAborted,
): Promise<Engine> {
  const { cache, logger } = options;
  if (device === 'cpu') {
    // What is stored says nothing about it, and to find that the system is asked for its drivers.
    return createEngine(await engineOptionsFor(options, 'cpu', 'q8f32', signal));
  }
  const { key, table } = await readStored(options);
  const engineOptions = await engineOptionsFor(options, device, formOn(table, device), signal);
  const use = { device, tableKey: key };
  return openWatched(device, (onRun) =>
    openMarked(cache.deviceMarksFolder, use, logger, () => createEngine(engineOptions, onRun)),
  );
}

async function engineOptionsFor(
  { engine, deviceGraphs, cache }: DeviceOptions,
  device: Device,
  form: DeviceForm,
  signal: AbortSignal,
): Promise<EngineOptions> {
  const graphPath = hasOwnMemory(device) ? await deviceGraphs.ensure(form, signal) : engine.graphPath;
  const libraryPath = libraryPathOf(device, cache);
  return { ...engine, device, precision: precisionOf(form), graphPath, libraryPath };
}

function libraryPathOf(device: Device, cache: Cache): string | undefined {
  return device === 'cuda' ? cudaLibraryPath(cache, process.env) : undefined;
}
