import { describeError } from '../base/errors';
import type { Logger } from '../base/logger';
import { hasOwnMemory, supportedDevices, type Device } from '../engine/device';
import { OrtApi } from '../engine/ortApi';
import { ortLibraryPath } from '../engine/ortLibrary';
import type { EngineOptions } from '../engine/transformerEngine';
import type { DeviceForm } from '../model/deviceForm';
import { findDeviation, type DeviceMeasurement, type GoldenTokens } from './deviceMeasurement';
import type { ProbeRequest } from './deviceProbeProcess';
import { describeEntry, fasterOf, type DeviceEntry, type DeviceTable } from './deviceTable';
import { describeFailure, runProbe, type ProbeOutcome } from './runProbe';

export interface ProbeOptions {
  /** Of the model on a device. */
  readonly engineFor: (device: Device, form: DeviceForm) => Promise<EngineOptions>;
  /** Whose tokens count, where that is not the engine for the CPU. */
  readonly referenceEngine?: EngineOptions;
  /** The golden prompts. */
  readonly promptIds: readonly (readonly number[])[];
  /** The library to load for a device; undefined: the one that ships. */
  readonly libraryPathFor: (device: Device) => string | undefined;
  readonly logger: Logger;
  /** Not to be tried. */
  readonly skip?: readonly Device[];
  /** After which a device counts as hanging, the CPU too; absent: what each may take. */
  readonly timeoutMs?: number;
}

/** Shaders are compiled at first use, which takes a slow driver half a minute. */
const deviceTimeoutMs = 90_000;
/** It does not hang, and with a large model it may be the slowest of all, which is when another device matters most. */
const cpuTimeoutMs = 5 * 60_000;
/** Weights of 4 bits cost quality, so they must bring the time of a suggestion down to this. */
const worthwhileShare = 0.8;
/** Loading the library and asking the driver takes a second; the child gives way to everything else, though. */
const checkTimeoutMs = 60_000;

/**
 * Tries every device that the library supports, each in a child process: the golden prompts, then the timing. The CPU
 * is measured only when there is something to compare. Rejects with the signal's reason when aborted.
 */
export async function probeDevices(options: ProbeOptions, signal: AbortSignal): Promise<DeviceTable> {
  const { logger, skip = [] } = options;
  const candidates = supportedDevices(OrtApi.load(ortLibraryPath())).filter(
    (device) => device !== 'cpu' && !skip.includes(device),
  );
  const entries: DeviceEntry[] = [];
  let cpu: DeviceEntry | undefined;
  for (const device of candidates) {
    const problem = await checkInChild(device, options.libraryPathFor(device), logger, signal);
    if (problem !== undefined) {
      entries.push({ device, outcome: 'failed', reason: problem });
      continue;
    }
    cpu ??= await measureCpu(options, signal);
    if (cpu.outcome !== 'measured') {
      return [cpu, ...entries];
    }
    entries.push(await measureInBestForm(device, cpu.measurement, options, signal));
  }
  return cpu === undefined ? entries : [cpu, ...entries];
}

/** Why a device cannot be used, asked in a child process; undefined when it can. */
export async function checkInChild(
  device: Device,
  libraryPath: string | undefined,
  logger: Logger,
  signal: AbortSignal,
): Promise<string | undefined> {
  const checked = await runProbe({ kind: 'check', device, libraryPath }, checkTimeoutMs, logger, signal);
  return checked.kind === 'usable' ? undefined : failedEntry(device, checked).reason;
}

/**
 * The fastest form that gives the CPU's tokens, for devices that have memory of their own; others leave part of the graph
 * to the CPU, which is slower in float16. Many devices cannot compute in float16 at all: what then stands in the table is
 * how the device did in float32.
 */
async function measureInBestForm(
  device: Device,
  cpu: DeviceMeasurement,
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<DeviceEntry> {
  const wide = await measureIn('q8f32');
  if (!hasOwnMemory(device)) {
    return wide;
  }
  const half = await measureIn('q8f16');
  const best = fasterOf(wide, half);
  return half.outcome === 'measured' ? fasterOf(best, await measureIn('q4f16'), worthwhileShare) : best;

  async function measureIn(form: DeviceForm): Promise<DeviceEntry> {
    const entry = await measureDevice({ device, form }, cpu.golden, options, signal);
    const deviation = entry.outcome === 'measured' ? findDeviation(cpu, entry.measurement) : undefined;
    const judged: DeviceEntry =
      deviation === undefined ? entry : { device, outcome: 'wrong', reason: deviation };
    options.logger.info(`device: ${device} as ${form}: ${describeEntry(judged)}`);
    return judged;
  }
}

/**
 * The CPU's speed in the graph that it runs, and its tokens in the one that those of the devices derive from: for what
 * another form of the weights rounds away a device must not answer.
 */
export async function measureCpu(options: ProbeOptions, signal: AbortSignal): Promise<DeviceEntry> {
  const cpu = { device: 'cpu', form: 'q8f32' } as const;
  const { referenceEngine } = options;
  if (referenceEngine === undefined) {
    return measureDevice(cpu, undefined, options, signal);
  }
  const inUse = await measureDevice(cpu, undefined, { ...options, promptIds: [] }, signal);
  if (inUse.outcome !== 'measured') {
    return inUse;
  }
  const engineFor = () => Promise.resolve(referenceEngine);
  const reference = await measureDevice(cpu, undefined, { ...options, engineFor }, signal);
  return reference.outcome === 'measured'
    ? { ...reference, measurement: { ...reference.measurement, speed: inUse.measurement.speed } }
    : reference;
}

async function measureDevice(
  { device, form }: { readonly device: Device; readonly form: DeviceForm },
  reference: readonly GoldenTokens[] | undefined,
  { engineFor, promptIds, logger, timeoutMs }: ProbeOptions,
  signal: AbortSignal,
): Promise<DeviceEntry> {
  logger.info(`device: measuring ${device}${hasOwnMemory(device) ? ` as ${form}` : ''}`);
  let engine: EngineOptions;
  try {
    engine = await engineFor(device, form);
  } catch (error) {
    signal.throwIfAborted();
    return { device, outcome: 'failed', reason: describeError(error) }; // No room for this form's graph, say.
  }
  const request: ProbeRequest = { kind: 'measure', engine, task: { promptIds, reference } };
  const limitMs = timeoutMs ?? (device === 'cpu' ? cpuTimeoutMs : deviceTimeoutMs);
  const answer = await runProbe(request, limitMs, logger, signal);
  return answer.kind === 'measured'
    ? { device, form, outcome: 'measured', measurement: answer.measurement }
    : failedEntry(device, answer);
}

function failedEntry(device: Device, answer: ProbeOutcome): Exclude<DeviceEntry, { outcome: 'measured' }> {
  const outcome = answer.kind === 'timed-out' ? 'timed-out' : 'failed';
  return { device, outcome, reason: describeFailure(answer) };
}
