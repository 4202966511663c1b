import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createLineLogger, type Logger } from '../../src/base/logger';
import type { Progress } from '../../src/base/progress';
import { locateCache, type Cache, type Environment } from '../../src/model/cache';
import type { CatalogEntry, ModelSource } from '../../src/model/catalog';
import type { ModelFileOptions } from '../../src/model/modelFile';

/** Bytes that no compression or repetition can hide a mistake in: xorshift32 from a fixed seed. */
export function pseudoRandomBytes(byteCount: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(byteCount);
  let state = seed;
  for (let index = 0; index < byteCount; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state;
  }
  return bytes;
}

export function entryFor(content: Buffer, sources: readonly ModelSource[]): CatalogEntry {
  return {
    name: 'tiny',
    title: 'Tiny',
    advice: 'for tests',
    parameterCount: 1000,
    origin: 'this test',
    fileName: 'tiny.gguf',
    byteCount: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    license: { name: 'Apache-2.0', statedBy: 'this test' },
    sources,
  };
}

/** `expect.stringMatching` with a type. */
export function matching(pattern: RegExp | string): string {
  return expect.stringMatching(pattern) as string;
}

/** A fresh folder with a cache in it, and what was reported and logged; `dispose` deletes the folder. */
export interface ModelWorkspace {
  readonly folder: string;
  readonly cache: Cache;
  readonly progress: Progress[];
  readonly logLines: string[];
  readonly logger: Logger;
  optionsWith(environment: Environment, userFile?: string): ModelFileOptions;
  /** Names in the models folder, sorted. */
  modelFileNames(): string[];
  dispose(): void;
}

export function createModelWorkspace(): ModelWorkspace {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-model-'));
  const cache = locateCache({ SOTTO_CACHE: join(folder, 'cache') });
  const progress: Progress[] = [];
  const logLines: string[] = [];
  const logger = createLineLogger('debug', (line) => logLines.push(line));
  return {
    folder,
    cache,
    progress,
    logLines,
    logger,
    optionsWith: (environment, userFile) => ({
      cache,
      logger,
      environment,
      report: (step) => progress.push(step),
      userFile,
    }),
    modelFileNames: () => readdirSync(cache.modelsFolder).sort(),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
