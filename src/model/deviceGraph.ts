import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../base/logger';
import { asCacheError } from './cache';
import { readGguf } from './gguf/readGguf';
import { readRotaryFactors } from './gguf/readRotaryFactors';
import { buildGraph } from './graph/buildGraph';
import type { ManifestFile, PreparedModel } from './manifest';
import { describeFile, hashFile } from './preparedFolder';
import { readSealed, writeSealed, writeSynced } from './sealedJson';

/** Changes whenever the graph for devices changes, so that those made before are made anew. */
const deviceGraphVersion = 1;

const graphName = 'device.onnx';
const recordName = 'device.json';

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
 * The path of the model's graph for devices that have a memory of their own, which reads its logits itself. It lies
 * beside the graph for the CPU and has the same weights; it is made when it is first asked for. Throws `UserError` as
 * `prepareModel`, and rejects with the signal's reason when aborted.
 */
export async function ensureDeviceGraph(
  source: DeviceGraphSource,
  logger: Logger,
  signal: AbortSignal,
): Promise<string> {
  const { folder } = source;
  try {
    if (!(await isIntact(folder, logger, signal))) {
      await makeDeviceGraph(source, signal);
    }
    return join(folder, graphName);
  } catch (error) {
    signal.throwIfAborted();
    throw asCacheError(error, folder);
  }
}

async function makeDeviceGraph(
  { folder, manifest, ggufPath }: DeviceGraphSource,
  signal: AbortSignal,
): Promise<void> {
  const { configuration, headParts } = manifest;
  const gguf = await readGguf(ggufPath, signal);
  if (gguf.byteCount !== manifest.sourceByteCount) {
    throw new Error(`${ggufPath} is not the file that ${folder} was made of`);
  }
  const { onnx } = buildGraph(gguf, configuration, {
    accuracyLevel: 4,
    headParts,
    rotaryFactors: await readRotaryFactors(gguf, configuration),
    logitsReader: 'graph',
  });
  const temporaryPath = join(folder, `${graphName}.${process.pid}`);
  await writeSynced(temporaryPath, onnx);
  await rename(temporaryPath, join(folder, graphName));
  const files = [await describeFile(folder, graphName, signal)];
  await writeSealed(join(folder, recordName), {
    version: deviceGraphVersion,
    files,
  } satisfies DeviceGraphRecord);
}

async function isIntact(folder: string, logger: Logger, signal: AbortSignal): Promise<boolean> {
  const record = await readSealed<DeviceGraphRecord>(join(folder, recordName), logger);
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
