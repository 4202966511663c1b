import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import { isAbortError } from '../base/abort';
import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import { packageRoot } from '../base/packageRoot';
import { deviceTitle, type Device } from '../engine/device';
import type { Engine } from '../engine/engine';
import { ortLibraryVersion } from '../engine/ortLibrary';
import { createEngine, type EngineOptions } from '../engine/transformerEngine';
import type { Cache } from '../model/cache';
import { graphVersion } from '../model/preparedFolder';
import { cudaLibraryPath } from './deviceCuda';
import { describeDrivers } from './deviceDriver';
import { DeviceEngine } from './deviceEngine';
import { probeDevices } from './deviceProbe';
import {
  describeEntry,
  fastestDevice,
  readDeviceTable,
  writeDeviceTable,
  type DeviceTable,
} from './deviceTable';

/** `auto`: the fastest device that gives the CPU's results, as measured on this machine. */
export type DeviceSetting = 'auto' | Device;

export interface DeviceOptions {
  readonly setting: DeviceSetting;
  /** For the CPU; another device takes the same. */
  readonly engine: EngineOptions;
  readonly modelSha256: string;
  /** The golden prompts as token ids. */
  readonly promptIds: readonly (readonly number[])[];
  readonly cache: Cache;
  readonly logger: Logger;
  readonly onMoved: (device: Device) => void;
  /** Once for each loss: a run failed on the device, and the CPU goes on. */
  readonly onLost: (device: Device, reason: string) => void;
  /** Between loading and measuring, for the first suggestions; shorter in tests. */
  readonly measureAfterMs?: number;
}

/** One line of the table of devices. */
export interface DeviceLine {
  readonly device: Device;
  readonly detail: string;
}

const defaultMeasureAfterMs = 10_000;
const retryAfterMs = 60 * 60_000;

/**
 * Opens the model where the setting says: on a device that is forced, at once; otherwise on the CPU, and on the fastest
 * device as soon as it is known and ready. Rejects with `device-unavailable` for a forced one, or as `createEngine`.
 */
export async function openOnDevice(options: DeviceOptions): Promise<DeviceControl> {
  const { setting } = options;
  const device = setting === 'auto' ? 'cpu' : setting;
  const control = new DeviceControl(options, { device, engine: await openEngine(options, device) });
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
  ) {
    this.engine = new DeviceEngine(first, () => openEngine(options, 'cpu'), {
      moved: (device) => options.onMoved(device),
      lost: (device, error) => this.onLost(device, error),
    });
  }

  /** The table for this model and machine; measures what is not known yet when `measure` says so. */
  async table(measure: 'if-missing' | 'never', signal: AbortSignal): Promise<readonly DeviceLine[]> {
    const table = measure === 'never' ? await this.storedTable() : await this.measuredTable(signal);
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
    const { setting, logger, measureAfterMs = defaultMeasureAfterMs } = this.options;
    let device: Device = setting === 'auto' ? 'cpu' : setting;
    if (setting === 'auto') {
      const stored = await this.storedTable();
      if (stored.length === 0) {
        await setTimeoutAsync(measureAfterMs, undefined, { signal: this.stop.signal, ref: false });
      }
      device = fastestDevice(await this.measuredTable(this.stop.signal));
    }
    if (device === this.engine.device || this.stop.signal.aborted) {
      return;
    }
    logger.info(`device: moving to ${deviceTitle(device)}`);
    try {
      await this.engine.moveTo({ device, engine: await openEngine(this.options, device) });
    } catch (error) {
      this.chooseLater(retryAfterMs);
      throw error;
    }
  }

  private async storedTable(): Promise<DeviceTable> {
    return readDeviceTable(this.options.cache.devicesFile, await tableKey(this.options));
  }

  private async measuredTable(signal: AbortSignal): Promise<DeviceTable> {
    const { engine, promptIds, cache, logger } = this.options;
    const key = await tableKey(this.options);
    const stored = await readDeviceTable(cache.devicesFile, key);
    if (stored.length > 0) {
      return stored;
    }
    const libraryPathFor = (device: Device) => libraryPathOf(device, cache);
    const table = await probeDevices({ engine, promptIds, libraryPathFor, logger }, signal);
    await writeDeviceTable(cache.devicesFile, key, table);
    table.forEach((entry) => logger.info(`device: ${deviceTitle(entry.device)}: ${describeEntry(entry)}`));
    return table;
  }

  private onLost(device: Device, error: unknown): void {
    const reason = describeError(error);
    this.options.logger.error(`device: ${deviceTitle(device)} was lost: ${reason}`);
    this.options.onLost(device, reason);
    this.chooseLater(retryAfterMs);
  }
}

function openEngine({ engine, cache }: DeviceOptions, device: Device): Promise<Engine> {
  return createEngine({ ...engine, device, libraryPath: libraryPathOf(device, cache) });
}

function libraryPathOf(device: Device, cache: Cache): string | undefined {
  return device === 'cuda' ? cudaLibraryPath(cache, process.env) : undefined;
}

/** Whatever of it changes, everything is measured anew. */
async function tableKey({ modelSha256, cache }: DeviceOptions): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : '';
  return [
    `model ${modelSha256}`,
    `sotto ${version}`,
    `graph ${graphVersion}`,
    `onnxruntime ${ortLibraryVersion()}`,
    `cuda ${cudaLibraryPath(cache, process.env) ?? 'none'}`,
    await describeDrivers(),
  ].join(', ');
}
