// Stages the extension as it ships, once for a run of the tests, which get its folder by `inject('extensionFolder')`.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createTemporaryFolder } from './temporaryFolder';

declare module 'vitest' {
  interface ProvidedContext {
    /** Holds what ships and nothing else. */
    extensionFolder: string;
  }
}

/** Vitest's global set-up; returns the tear-down. */
export default function stageExtension(project: TestProject): () => void {
  const folder = createTemporaryFolder();
  const script = join('scripts', 'stage.mjs');
  const root = resolve(import.meta.dirname, '..', '..');
  const { status } = spawnSync(process.execPath, [script, folder], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    throw new Error('The extension could not be staged.');
  }
  project.provide('extensionFolder', folder);
  return () => rmSync(folder, { recursive: true });
}
