import { join } from 'node:path';
import type { Logger } from '../base/logger';
import { asCacheError } from './cache';
import { readGguf } from './gguf/readGguf';
import { readRotaryFactors } from './gguf/readRotaryFactors';
import { buildGraph } from './graph/buildGraph';
import { writeHalves } from './graph/halves';
import { halvesFileName } from './graph/network';
import type { ManifestFile, PreparedModel } from './manifest';
import type { Precision } from './precision';
import { describeFile, hashFile } from './preparedFolder';
import { replaceFile, writeSynced } from './replaceFile';
import { readSealed, writeSealed } from './sealedJson';

/** Changes whenever the graph for devices changes, so that those made before are made anew. */
export const deviceGraphVersion = 1;

/** Written last, so that its presence means that the files are complete. */
interface DeviceGraphRecord {
  readonly version: number;
  readonly files: readonly ManifestFile[];
}

/** A prepared model and the GGUF that it was made of. */
export interface DeviceGraphSource extends PreparedModel {
  readonly ggufPath: string;
}

/**
 * The path of the model's graph for devices that have a memory of their own, which reads its logits itself. There may be
 * one of each precision, beside the graph for the CPU and with its blocks of weights; each is made when it is first asked
 * for. Throws `UserError` as `prepareModel`, and rejects with the signal's reason when aborted.
 */
export async function ensureDeviceGraph(
  source: DeviceGraphSource,
  precision: Precision,
  logger: Logger,
  signal: AbortSignal,
): Promise<string> {
  const { folder } = source;
  try {
    if (!(await isIntact(folder, precision, logger, signal))) {
      await makeDeviceGraph(source, precision, signal);
    }
    return join(folder, graphNameOf(precision));
  } catch (error) {
    signal.throwIfAborted();
    throw asCacheError(error, folder);
  }
}

async function makeDeviceGraph(
  { folder, manifest, ggufPath }: DeviceGraphSource,
  precision: Precision,
  signal: AbortSignal,
): Promise<void> {
  const { configuration, headParts } = manifest;
  const gguf = await readGguf(ggufPath, signal);
  if (gguf.byteCount !== manifest.sourceByteCount) {
    throw new Error(`${ggufPath} is not the file that ${folder} was made of`);
  }
  const { onnx, halves } = buildGraph(gguf, configuration, {
    accuracyLevel: 4,
    headParts,
    rotaryFactors: await readRotaryFactors(gguf, configuration),
    logitsReader: 'graph',
    precision,
  });
  const graphName = graphNameOf(precision);
  await replaceFile(join(folder, graphName), (path) => writeSynced(path, onnx));
  const names = [graphName];
  if (precision === 'float16') {
    const weightsPath = join(folder, manifest.files.weights.name);
    await replaceFile(join(folder, halvesFileName), (path) => writeHalves(halves, weightsPath, path, signal));
    names.push(halvesFileName);
  }
  const files = await Promise.all(names.map((name) => describeFile(folder, name, signal)));
  const record: DeviceGraphRecord = { version: deviceGraphVersion, files };
  await writeSealed(join(folder, recordNameOf(precision)), record);
}

async function isIntact(
  folder: string,
  precision: Precision,
  logger: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  const record = await readSealed<DeviceGraphRecord>(join(folder, recordNameOf(precision)), logger);
  if (record?.version !== deviceGraphVersion) {
    return false;
  }
  for (const { name, sha256 } of record.files) {
    const hash = await hashFile(join(folder, name), signal).catch(() => undefined);
    signal.throwIfAborted();
    if (hash !== sha256) {
      return false;
    }
  }
  return true;
}

function graphNameOf(precision: Precision): string {
  return `device-${precision}.onnx`;
}

function recordNameOf(precision: Precision): string {
  return `device-${precision}.json`;
}
