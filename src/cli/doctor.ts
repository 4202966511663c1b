import { readdir, stat } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { neverAborted } from '../base/abort';
import { describeError } from '../base/errors';
import { formatBytes } from '../base/formatBytes';
import { locateCache } from '../model/cache';
import { engineFacts } from '../runtime/engineFacts';
import type { LanguageModel } from '../runtime/languageModel';
import { printLine } from './terminal';
import { withModel } from './withModel';

const timedPromptTokens = 512;
const timedDecodeTokens = 32;

/** `doctor`: what this machine has and does. Goes on after a part that fails, and says which. */
export async function runDoctor(signal: AbortSignal): Promise<void> {
  const cache = locateCache(process.env);
  line('platform', `${process.platform}-${process.arch}, Node ${process.versions.node}`);
  line('processor', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} hardware threads`);
  line('memory', `${formatBytes(freemem())} free of ${formatBytes(totalmem())}`);
  await probe('library', () => Promise.resolve(`ONNX Runtime ${engineFacts.libraryVersion()}`));
  line('threads', String(engineFacts.threadCount()));
  line('cache', cache.folder);
  await probe('  models', () => folderSize(cache.modelsFolder));
  await probe('  prepared', () => folderSize(cache.preparedFolder));
  await withModel(async (model) => {
    line('model', model.name);
    line('  shape', describeShape(model));
    line('  weights', describeWeights(model));
    line('  device', engineFacts.deviceTitle(model.devices.engine.device));
    line('  speed', await timeModel(model, signal));
    await probe('devices', () => describeDevices(model, signal));
  }, signal);
}

function line(name: string, value: string): void {
  printLine(`${name.padEnd(12)} ${value}`);
}

async function probe(name: string, find: () => Promise<string>): Promise<void> {
  try {
    line(name, await find());
  } catch (error) {
    line(name, `failed: ${describeError(error)}`);
  }
}

/** Measures what is not known yet, which takes up to a minute for each device. */
async function describeDevices({ devices }: LanguageModel, signal: AbortSignal): Promise<string> {
  const lines = await devices.table(signal);
  const rows = lines.map(({ device, detail }) => `\n  ${device.padEnd(10)} ${detail}`);
  return rows.length === 0 ? 'none but the processor' : rows.join('');
}

function describeShape({ manifest: { configuration }, engine }: LanguageModel): string {
  const { architecture, layerCount, hiddenSize, vocabularySize } = configuration;
  return `${architecture}, ${layerCount} layers, hidden size ${hiddenSize}, ${vocabularySize} tokens, context ${engine.contextCapacity}`;
}

function describeWeights({ scalePer }: LanguageModel): string {
  return { block: '8 bits, in blocks', channel: '7 bits, in rows: faster on this processor' }[scalePer];
}

async function timeModel({ engine }: LanguageModel, signal: AbortSignal): Promise<string> {
  const promptIds = Array.from(
    { length: timedPromptTokens },
    (_, index) => (index * 7919) % engine.vocabularySize,
  );
  // The first run of a shape allocates; the figure is of the second.
  await engine.prefill(promptIds, signal);
  engine.forget();
  const { durationMs } = await engine.prefill(promptIds, signal);
  const { timings } = await engine.generate(
    { promptIds, maxTokens: timedDecodeTokens, stopIds: new Set(), speculate: false },
    neverAborted,
  );
  const perToken = timings.decodeMs / timedDecodeTokens;
  return `prefill ${Math.round((1000 * timedPromptTokens) / durationMs)} tokens/s, decode ${perToken.toFixed(1)} ms/token`;
}

async function folderSize(folder: string): Promise<string> {
  let byteCount = 0;
  let fileCount = 0;
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return [];
    }
    throw error;
  });
  for (const name of names) {
    const found = await stat(join(folder, name));
    if (found.isFile()) {
      byteCount += found.size;
      fileCount += 1;
    }
  }
  return `${formatBytes(byteCount)} in ${fileCount} files`;
}
