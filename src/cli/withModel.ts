import { resolve } from 'node:path';
import { UserError } from '../base/errors';
import type { LogLevel, Logger } from '../base/logger';
import { createLineLogger } from '../base/logger';
import { locateCache } from '../model/cache';
import { defaultModelName } from '../model/catalog';
import { engineFacts } from '../runtime/engineFacts';
import type { LanguageModel, ModelChoice } from '../runtime/languageModel';
import { loadLanguageModel } from '../runtime/languageModel';
import { createProgressBar } from './progressBar';
import { remark } from './terminal';

/**
 * Loads the model that SOTTO_MODEL names (a catalog name or a GGUF's path) on the device that SOTTO_DEVICE names, uses
 * it and lets it go.
 */
export async function withModel<T>(
  use: (model: LanguageModel, logger: Logger) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const logger = terminalLogger();
  const bar = createProgressBar();
  const options = {
    choice: modelChoice(),
    device: deviceChoice(),
    cache: locateCache(process.env),
    report: bar.report,
    logger,
  };
  const model = await loadLanguageModel(options, signal).finally(() => bar.dispose());
  try {
    return await use(model, logger);
  } finally {
    await model.dispose();
  }
}

/** Warnings go to standard error; SOTTO_LOG=debug or info shows more. */
export function terminalLogger(): Logger {
  const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  return createLineLogger(levels.find((level) => level === process.env['SOTTO_LOG']) ?? 'warn', remark);
}

function modelChoice(): ModelChoice {
  const named = process.env['SOTTO_MODEL'];
  if (named === undefined || named === '') {
    return { kind: 'catalog', name: defaultModelName };
  }
  return named.toLowerCase().endsWith('.gguf')
    ? { kind: 'file', path: resolve(named) }
    : { kind: 'catalog', name: named };
}

/** A command ends before a choice by measurement could take effect: the processor, unless a device is named. */
function deviceChoice() {
  const named = process.env['SOTTO_DEVICE'];
  if (named === undefined || named === '') {
    return 'cpu';
  }
  const device = engineFacts.devices.find((name) => name === named);
  if (device === undefined) {
    throw new UserError(
      'bad-argument',
      `SOTTO_DEVICE names no device: ${named}.`,
      `Use one of ${engineFacts.devices.join(', ')}.`,
    );
  }
  return device;
}
