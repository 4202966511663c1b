import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../base/packageRoot';
import { supportedDevices, type Device } from '../engine/device';
import { OrtApi } from '../engine/ortApi';
import { ortLibraryPath, ortLibraryVersion } from '../engine/ortLibrary';
import type { Cache } from '../model/cache';
import { graphVariantVersion } from '../model/graphVariant';
import { graphVersion } from '../model/preparedFolder';
import { cudaLibraryPath } from './deviceCuda';
import { describeDrivers } from './deviceDriver';
import { describeEntry, readDeviceTable } from './deviceTable';

/** A model on this machine, of which devices are measured; its file's hash is undefined where nobody has read it. */
export interface MeasuredModel {
  readonly modelSha256: string | undefined;
  readonly cache: Cache;
}

/** One line of the table of devices. */
export interface DeviceLine {
  readonly device: Device;
  readonly detail: string;
}

/**
 * What is known of each device that this platform can have, whether the model is in memory or not. Measures nothing and
 * asks no driver.
 */
export async function reportDevices({ modelSha256, cache }: MeasuredModel): Promise<readonly DeviceLine[]> {
  const table =
    modelSha256 === undefined
      ? []
      : await readDeviceTable(cache.devicesFile, await tableKey({ modelSha256, cache }));
  const unknown =
    modelSha256 === undefined ? 'What was measured is known once the model is in memory.' : 'Not measured.';
  return supportedDevices(OrtApi.load(ortLibraryPath())).map((device) => {
    const entry = table.find((candidate) => candidate.device === device);
    return { device, detail: entry === undefined ? unknown : describeEntry(entry) };
  });
}

/** Under which a model's table is stored: whatever of it changes, everything is measured anew. */
export async function tableKey({
  modelSha256,
  cache,
}: {
  readonly modelSha256: string;
  readonly cache: Cache;
}): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : '';
  return [
    `model ${modelSha256}`,
    `sotto ${version}`,
    `graph ${graphVersion}.${graphVariantVersion}`,
    `onnxruntime ${ortLibraryVersion()}`,
    `cuda ${cudaLibraryPath(cache, process.env) ?? 'none'}`,
    await describeDrivers(),
  ].join(', ');
}
