import { setPriority } from 'node:os';
import { neverAborted } from '../base/abort';
import { describeError, UserError } from '../base/errors';
import { checkDevice, type Device } from '../engine/device';
import { OrtApi } from '../engine/ortApi';
import { ortLibraryPath } from '../engine/ortLibrary';
import { createEngine, type EngineOptions } from '../engine/transformerEngine';
import { measureEngine, type DeviceMeasurement, type MeasurementTask } from './deviceMeasurement';
import { measureGraph, type GraphMeasurement } from './graphMeasurement';

export type ProbeRequest =
  | { readonly kind: 'check'; readonly device: Device; readonly libraryPath: string | undefined }
  | { readonly kind: 'measure'; readonly engine: EngineOptions; readonly task: MeasurementTask }
  | {
      readonly kind: 'measure-graph';
      readonly engine: EngineOptions;
      readonly texts: readonly (readonly number[])[];
    };

export type ProbeAnswer =
  | { readonly kind: 'usable' }
  | { readonly kind: 'measured'; readonly measurement: DeviceMeasurement }
  | { readonly kind: 'measured-graph'; readonly measurement: GraphMeasurement }
  | { readonly kind: 'failed'; readonly reason: string };

const backgroundPriority = 10;

/**
 * A child process that tries one device, or one graph, and says how it went: a driver that hangs or crashes takes nobody
 * along.
 */
setPriority(backgroundPriority);
process.once('message', (request: ProbeRequest) => {
  void answer(request).then((result) => process.send?.(result, () => process.exit()));
});

async function answer(request: ProbeRequest): Promise<ProbeAnswer> {
  try {
    if (request.kind === 'check') {
      checkDevice(OrtApi.load(request.libraryPath ?? ortLibraryPath()), request.device);
      return { kind: 'usable' };
    }
    const engine = await createEngine(request.engine);
    if (request.kind === 'measure-graph') {
      const measurement = await measureGraph(engine, request.texts, neverAborted);
      return { kind: 'measured-graph', measurement };
    }
    return { kind: 'measured', measurement: await measureEngine(engine, request.task, neverAborted) };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof UserError ? error.message : describeError(error) };
  }
}
