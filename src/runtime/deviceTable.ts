import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Device } from '../engine/device';
import { devices } from '../engine/device';
import { ensureWritableFolder } from '../model/cache';
import { deviceForms, type DeviceForm } from '../model/deviceForm';
import { replaceFile } from '../model/replaceFile';
import { describeSpeed, type DeviceMeasurement } from './deviceMeasurement';

/** What became of one device when it was tried. */
export type DeviceEntry =
  | {
      readonly device: Device;
      /** Of the graph that did best; absent: `q8f32`. */
      readonly form?: DeviceForm;
      readonly outcome: 'measured';
      readonly measurement: DeviceMeasurement;
    }
  | {
      readonly device: Device;
      readonly outcome: 'wrong' | 'failed' | 'timed-out' | 'crashed';
      readonly reason: string;
    };

/** Everything tried for one model, version and set of drivers. */
export type DeviceTable = readonly DeviceEntry[];

/**
 * Whether the devices of a table were measured; a crash may be known of before that. Where the CPU was tried and not
 * measured, the others had nothing to be compared with: another time the machine may be less busy.
 */
export function isMeasured(table: DeviceTable): boolean {
  const tried = table.filter(({ outcome }) => outcome !== 'crashed');
  return tried.length > 0 && tried.every(({ device, outcome }) => device !== 'cpu' || outcome === 'measured');
}

/** What a table says of devices that ended the process that used them: nothing tries them again. */
export function crashesIn(table: DeviceTable): DeviceTable {
  return table.filter(({ outcome }) => outcome === 'crashed');
}

/** Remembers under `key` that the device ended the process that used it. Throws as `ensureWritableFolder`. */
export async function writeDeviceCrash(file: string, key: string, device: Device): Promise<void> {
  const others = (await readDeviceTable(file, key)).filter((entry) => entry.device !== device);
  const reason =
    'it ended the process that ran the model, so nothing is run on it until its driver changes or you choose it in the editor';
  await writeDeviceTable(file, key, [...others, { device, outcome: 'crashed', reason }]);
}

/** Forgets that the device ended processes, whatever model they ran. Throws as `ensureWritableFolder`. */
export async function forgetDeviceCrashes(file: string, device: string): Promise<void> {
  for (const [key, table] of await readTables(file)) {
    const kept = table.filter((entry) => entry.device !== device || entry.outcome !== 'crashed');
    if (kept.length < table.length) {
      await writeDeviceTable(file, key, kept);
    }
  }
}

/** Another device must be this much faster than the CPU: less is noise, and not worth the memory of a GPU. */
const worthwhileFactor = 0.9;

/** Tables of other models and of drivers before the last change: more than a few are history. */
const maxTableCount = 8;

/** The table stored under `key`; empty when there is none, or the file cannot be read as one. */
export async function readDeviceTable(file: string, key: string): Promise<DeviceTable> {
  return (await readTables(file)).find(([storedKey]) => storedKey === key)?.[1] ?? [];
}

/** Stores a table under `key`, the newest first. Throws as `ensureWritableFolder`. */
export async function writeDeviceTable(file: string, key: string, table: DeviceTable): Promise<void> {
  await ensureWritableFolder(dirname(file));
  const others = (await readTables(file)).filter(([storedKey]) => storedKey !== key);
  const text = JSON.stringify([[key, table], ...others].slice(0, maxTableCount), undefined, 1);
  await replaceFile(file, (path) => writeFile(path, text));
}

/** The device on which a suggestion takes the least time, among those that gave the CPU's tokens. */
export function fastestDevice(table: DeviceTable): Device {
  const timed = table.flatMap((entry) =>
    entry.outcome === 'measured' ? [{ device: entry.device, ms: entry.measurement.speed.suggestionMs }] : [],
  );
  const cpu = timed.find(({ device }) => device === 'cpu');
  const best = timed.filter(({ device }) => device !== 'cpu').sort((a, b) => a.ms - b.ms)[0];
  return best !== undefined && cpu !== undefined && best.ms < worthwhileFactor * cpu.ms ? best.device : 'cpu';
}

/**
 * The entry of two with the shorter suggestion; the first where neither or only it was measured, or where the second does
 * not bring the time down to `share` of its own.
 */
export function fasterOf(first: DeviceEntry, second: DeviceEntry, share = 1): DeviceEntry {
  return suggestionMsOf(second) < share * suggestionMsOf(first) ? second : first;
}

function suggestionMsOf(entry: DeviceEntry): number {
  return entry.outcome === 'measured' ? entry.measurement.speed.suggestionMs : Infinity;
}

/** Of the graph that does best on the device, as far as that was measured. */
export function formOn(table: DeviceTable, device: Device): DeviceForm {
  const entry = table.find((candidate) => candidate.device === device);
  return (entry?.outcome === 'measured' ? entry.form : undefined) ?? 'q8f32';
}

/** An entry's outcome in a few words, for tables that users read. */
export function describeEntry(entry: DeviceEntry): string {
  if (entry.outcome !== 'measured') {
    const outcome = { wrong: 'wrong results: ', failed: '', 'timed-out': 'too slow: ', crashed: '' }[
      entry.outcome
    ];
    return `${outcome}${entry.reason}`;
  }
  const form = { q8f32: '', q8f16: ', in float16', q4f16: ', in float16 with weights of 4 bits' };
  return `${describeSpeed(entry.measurement.speed)}${form[entry.form ?? 'q8f32']}`;
}

async function readTables(file: string): Promise<[string, DeviceTable][]> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(value) ? value.filter(isKeyedTable) : [];
  } catch {
    return []; // Absent, or cut short by a crash: measured again.
  }
}

/** Our own file, but one that users can edit and that an older version may have written. */
function isKeyedTable(value: unknown): value is [string, DeviceTable] {
  return (
    Array.isArray(value) && typeof value[0] === 'string' && Array.isArray(value[1]) && value[1].every(isEntry)
  );
}

function isEntry(value: unknown): value is DeviceEntry {
  if (typeof value !== 'object' || value === null || !('device' in value) || !('outcome' in value)) {
    return false;
  }
  const known = devices.some((device) => device === value.device);
  const isKnownForm = !('form' in value) || deviceForms.some((form) => form === value.form);
  return known && isKnownForm && (value.outcome === 'measured' ? hasSpeed(value) : 'reason' in value);
}

function hasSpeed(value: object): boolean {
  const { measurement } = value as { readonly measurement?: Partial<DeviceMeasurement> | null };
  const { prefillTokensPerSecond, decodeMsPerToken, suggestionMs } = measurement?.speed ?? {};
  return [prefillTokensPerSecond, decodeMsPerToken, suggestionMs].every(Number.isFinite);
}
