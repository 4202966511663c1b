import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../base/logger';
import type { ReportProgress } from '../base/progress';
import { asCacheError, ensureFreeSpace, spareByteCount } from './cache';
import { readGguf } from './gguf/readGguf';
import { readRotaryFactors } from './gguf/readRotaryFactors';
import { buildGraph, type BuiltGraph, type GraphOptions } from './graph/buildGraph';
import { writeHalves } from './graph/halves';
import { channelsFileName, halvesFileName } from './graph/network';
import { writeWeights } from './graph/writeWeights';
import type { ManifestFile, PreparedModel } from './manifest';
import type { Precision } from './precision';
import { checkFiles, describeFile } from './preparedFolder';
import { withFolderLock } from './preparedLock';
import { removeReplacements, replaceFile, writeSynced } from './replaceFile';
import { readSealed, writeSealed } from './sealedJson';

/** Changes whenever one of these graphs changes, so that those made before are made anew. */
export const graphVariantVersion = 3;

/**
 * Another graph of a prepared model than the one that it is prepared with, over the same weights: `device-`, for devices
 * that have a memory of their own, which reads its logits itself; `channel`, for the CPU, with one scale for each row of
 * most matrices.
 */
export type GraphVariant = `device-${Precision}` | 'channel';

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
  const { numbersName } = kinds[variant];
  const names = [
    recordNameOf(variant),
    graphNameOf(variant),
    ...(numbersName === undefined ? [] : [numbersName]),
  ];
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}

/** What there is to know of a variant. */
interface VariantKind {
  readonly graph: Pick<GraphOptions, 'logitsReader' | 'precision' | 'scalePer'>;
  /** The file with what is not in the weights file in this form. */
  readonly numbersName?: string;
}

const kinds: Readonly<Record<GraphVariant, VariantKind>> = {
  'device-float32': { graph: { logitsReader: 'graph' } },
  'device-float16': {
    graph: { logitsReader: 'graph', precision: 'float16' },
    numbersName: halvesFileName,
  },
  channel: { graph: { scalePer: 'channel' }, numbersName: channelsFileName },
};

async function makeVariant(
  { folder, manifest, ggufPath }: GraphSource,
  variant: GraphVariant,
  options: VariantOptions,
  signal: AbortSignal,
): Promise<void> {
  const { configuration, headParts } = manifest;
  const gguf = await readGguf(ggufPath, signal);
  if (gguf.byteCount !== manifest.sourceByteCount) {
    throw new Error(`${ggufPath} is not the file that ${folder} was made of`);
  }
  const { graph, numbersName } = kinds[variant];
  const built = buildGraph(gguf, configuration, {
    accuracyLevel: 4,
    headParts,
    rotaryFactors: await readRotaryFactors(gguf, configuration),
    ...graph,
  });
  const graphName = graphNameOf(variant);
  await replaceFile(join(folder, graphName), (path) => writeSynced(path, built.onnx));
  const names = [graphName];
  if (numbersName !== undefined) {
    const weightsPath = join(folder, manifest.files.weights.name);
    await removeReplacements(join(folder, numbersName)); // As large as the model: what a killed process left.
    await ensureFreeSpace(folder, built.halves.byteCount + built.channels.byteCount + spareByteCount);
    await replaceFile(join(folder, numbersName), (path) =>
      writeNumbers(built, weightsPath, path, options, signal),
    );
    names.push(numbersName);
  }
  const files = await Promise.all(names.map((name) => describeFile(folder, name, signal)));
  await writeRecord(folder, variant, files);
}

function writeNumbers(
  { halves, channels }: BuiltGraph,
  weightsPath: string,
  targetPath: string,
  { report = () => {} }: VariantOptions,
  signal: AbortSignal,
): Promise<void> {
  return channels.byteCount > 0
    ? writeWeights(channels, weightsPath, targetPath, report, signal)
    : writeHalves(halves, weightsPath, targetPath, signal);
}

async function isIntact(
  folder: string,
  variant: GraphVariant,
  logger: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  const record = await readSealed<VariantRecord>(join(folder, recordNameOf(variant)), logger);
  if (record?.version !== graphVariantVersion) {
    return false;
  }
  const files = await checkFiles(folder, record.files, logger, signal);
  if (files === undefined) {
    return false;
  }
  if (files.some((file, index) => file !== record.files[index])) {
    await writeRecord(folder, variant, files);
  }
  return true;
}

function writeRecord(folder: string, variant: GraphVariant, files: readonly ManifestFile[]): Promise<void> {
  const record: VariantRecord = { version: graphVariantVersion, files };
  return writeSealed(join(folder, recordNameOf(variant)), record);
}

function graphNameOf(variant: GraphVariant): string {
  return `${variant}.onnx`;
}

function recordNameOf(variant: GraphVariant): string {
  return `${variant}.json`;
}
