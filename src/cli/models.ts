import { locateCache } from '../model/cache';
import type { CatalogEntry } from '../model/catalog';
import { catalog, defaultModelName, findCatalogEntry } from '../model/catalog';
import { checkModelFile, ensureModelFile, modelFilePath, modelFileState } from '../model/modelFile';
import { prepareModel } from '../model/prepare';
import { UserError } from '../base/errors';
import { formatBytes } from '../base/formatBytes';
import { createProgressBar } from './progressBar';
import { printLine, remark } from './terminal';
import { terminalLogger } from './withModel';

/** `model list`: each model of the catalog with its size, licence and whether it is here. */
export async function listModels(): Promise<void> {
  const cache = locateCache(process.env);
  for (const entry of catalog) {
    const state = await modelFileState(entry, cache);
    const here = {
      absent: 'not here',
      partial: 'download stopped midway',
      unverified: 'here, not verified',
      verified: 'here',
    }[state.state];
    const note = entry.name === defaultModelName ? ' (default)' : '';
    printLine(`${entry.name}${note}: ${formatBytes(entry.byteCount)}, ${entry.license.name}, ${here}`);
  }
}

/** `model fetch NAME`: everything up to a prepared model. */
export async function fetchModel(
  name: string,
  userFile: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const entry = findCatalogEntry(name);
  const cache = locateCache(process.env);
  const logger = terminalLogger();
  const bar = createProgressBar();
  try {
    const { report } = bar;
    const path = await ensureModelFile(entry, { cache, report, logger, userFile }, signal);
    const { folder } = await prepareModel(path, entry.sha256, cache.folder, { report, logger }, signal);
    bar.dispose();
    printLine(`${entry.name} is ready: ${folder}`);
  } finally {
    bar.dispose();
  }
}

/** `model check`: reads every model file that is here, or the named one, and compares size and SHA-256. */
export async function checkModels(name: string | undefined, signal: AbortSignal): Promise<void> {
  const entries: readonly CatalogEntry[] = name === undefined ? catalog : [findCatalogEntry(name)];
  const cache = locateCache(process.env);
  const bad: string[] = [];
  for (const entry of entries) {
    const bar = createProgressBar();
    const check = await checkModelFile(entry, cache, bar.report, signal).finally(() => bar.dispose());
    const path = modelFilePath(entry, cache);
    switch (check.state) {
      case 'absent':
        printLine(`${entry.name}: not here`);
        break;
      case 'good':
        printLine(`${entry.name}: good (${path})`);
        break;
      case 'wrong-size':
        printLine(
          `${entry.name}: damaged, ${check.byteCount} bytes in place of ${entry.byteCount} (${path})`,
        );
        bad.push(entry.name);
        break;
      case 'wrong-hash':
        printLine(`${entry.name}: damaged, SHA-256 ${check.sha256} in place of ${entry.sha256} (${path})`);
        bad.push(entry.name);
        break;
    }
  }
  if (bad.length > 0) {
    remark('');
    throw new UserError(
      'damaged-model',
      `Damaged: ${bad.join(', ')}.`,
      `Fetch it again: npm start -- model fetch ${bad[0] ?? ''}`,
    );
  }
}
