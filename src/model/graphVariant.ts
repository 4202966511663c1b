import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../base/logger';
import type { ReportProgress } from '../base/progress';
import { asCacheError, ensureFreeSpace, spareByteCount } from './cache';
import { readGguf, type GgufFile, type GgufTensor } from './gguf/readGguf';
import { readRotaryFactors } from './gguf/readRotaryFactors';
import type { DeviceForm } from './deviceForm';
import { buildGraph, type GraphOptions } from './graph/buildGraph';
import { writeWeights } from './graph/writeWeights';
import type { ManifestFile, PreparedModel } from './manifest';
import { checkFiles, describeFile } from './preparedFolder';
import { withFolderLock } from './preparedLock';
import { removeReplacements, replaceFile, writeSynced } from './replaceFile';
import { readSealed, rememberSealed, writeSealed } from './sealedJson';

/** Changes whenever one of these graphs changes, so that those made before are made anew. */
export const graphVariantVersion = 3;

/**
 * Another graph of a prepared model than the one that it is prepared with, over the same weights: `device-`, for devices
 * that have a memory of their own, which reads its logits itself; `channel`, for the CPU, with one scale for each row of
 * most matrices.
 */
export type GraphVariant = `device-${DeviceForm}` | 'channel';

/**
 * With fewer weights of 4 bits in the GGUF itself there is no graph with 4-bit weights: of the default model's, most of
 * which have 5, it would make one that gives the tokens of real code 0.039 nats less (± 0.013, n = 1,792).
 */
const leastFourBitShare = 0.5;

/** Written last, so that its presence means that the files are complete. */
interface VariantRecord {
  readonly version: number;
  readonly files: readonly ManifestFile[];
}

/** A prepared model and the GGUF that it was made of. */
export interface GraphSource extends PreparedModel {
  readonly ggufPath: string;
}

interface VariantOptions {
  /** Bytes of weights, stage `prepare`, where they are written anew. */
  readonly report?: ReportProgress;
  readonly logger: Logger;
}

/**
 * The path of a variant's graph, beside the one that the model is prepared with. Each is made when it is first asked for.
 * Throws `UserError` as `prepareModel`, and rejects with the signal's reason when aborted.
 */
export async function ensureGraphVariant(
  source: GraphSource,
  variant: GraphVariant,
  options: VariantOptions,
  signal: AbortSignal,
): Promise<string> {
  const { folder } = source;
  try {
    const { logger } = options;
    if (!(await isIntact(folder, variant, logger, signal))) {
      await withFolderLock(folder, logger, signal, async () => {
        if (!(await isIntact(folder, variant, logger, signal))) {
          await makeVariant(source, variant, options, signal);
        }
      });
    }
    return join(folder, graphNameOf(variant));
  } catch (error) {
    signal.throwIfAborted();
    throw asCacheError(error, folder);
  }
}

/** Takes a variant's files away. */
export async function removeGraphVariant({ folder }: PreparedModel, variant: GraphVariant): Promise<void> {
  const names = [recordNameOf(variant), graphNameOf(variant), derivedNameOf(variant)];
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}

/** What each is made with. */
export const variantGraphs: Readonly<
  Record<GraphVariant, Pick<GraphOptions, 'logitsReader' | 'precision' | 'matrixForm'>>
> = {
  'device-q8f32': { logitsReader: 'graph' },
  'device-q8f16': { logitsReader: 'graph', precision: 'float16' },
  'device-q4f16': { logitsReader: 'graph', precision: 'float16', matrixForm: 'nibbles' },
  channel: { matrixForm: 'channels' },
};

async function makeVariant(
  { folder, manifest, ggufPath }: GraphSource,
  variant: GraphVariant,
  { report = () => {} }: VariantOptions,
  signal: AbortSignal,
): Promise<void> {
  const { configuration, headParts } = manifest;
  const gguf = await readGguf(ggufPath, signal);
  if (gguf.byteCount !== manifest.sourceByteCount) {
    throw new Error(`${ggufPath} is not the file that ${folder} was made of`);
  }
  const graph = variantGraphs[variant];
  if (graph.matrixForm === 'nibbles' && fourBitShare(gguf) < leastFourBitShare) {
    throw new Error('most weights of the model have more than 4 bits, and would lose too much');
  }
  const { onnx, derived } = buildGraph(gguf, configuration, {
    accuracyLevel: 4,
    headParts,
    rotaryFactors: await readRotaryFactors(gguf, configuration),
    derivedName: derivedNameOf(variant),
    ...graph,
  });
  const graphName = graphNameOf(variant);
  await replaceFile(join(folder, graphName), (path) => writeSynced(path, onnx));
  const names = [graphName];
  if (derived.byteCount > 0) {
    const derivedName = derivedNameOf(variant);
    const weightsPath = join(folder, manifest.files.weights.name);
    await removeReplacements(join(folder, derivedName)); // As large as the model: what a killed process left.
    await ensureFreeSpace(folder, derived.byteCount + spareByteCount);
    await replaceFile(join(folder, derivedName), (path) =>
      writeWeights(derived, weightsPath, path, report, signal),
    );
    names.push(derivedName);
  }
  const files = await Promise.all(names.map((name) => describeFile(folder, name, signal)));
  await writeSealed(join(folder, recordNameOf(variant)), recordOf(files));
}

/** Of the values in a file's layers, how many it holds in 4 bits each. */
function fourBitShare({ tensors }: GgufFile): number {
  const inLayers = [...tensors.values()].filter(({ name }) => name.startsWith('blk.'));
  const count = (some: readonly GgufTensor[]) => some.reduce((sum, tensor) => sum + tensor.elementCount, 0);
  return count(inLayers.filter(({ type }) => type.startsWith('Q4_'))) / count(inLayers);
}

async function isIntact(
  folder: string,
  variant: GraphVariant,
  logger: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  const recordPath = join(folder, recordNameOf(variant));
  const record = await readSealed<VariantRecord>(recordPath, logger);
  if (record?.version !== graphVariantVersion) {
    return false;
  }
  const files = await checkFiles(folder, record.files, logger, signal);
  if (files === undefined) {
    return false;
  }
  if (files.some((file, index) => file !== record.files[index])) {
    await rememberSealed(recordPath, recordOf(files), logger);
  }
  return true;
}

function recordOf(files: readonly ManifestFile[]): VariantRecord {
  return { version: graphVariantVersion, files };
}

function graphNameOf(variant: GraphVariant): string {
  return `${variant}.onnx`;
}

/** The file of what is not in the weights file in this form; not every variant has one. */
function derivedNameOf(variant: GraphVariant): string {
  return `${variant}.bin`;
}

function recordNameOf(variant: GraphVariant): string {
  return `${variant}.json`;
}
