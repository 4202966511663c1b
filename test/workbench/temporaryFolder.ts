import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Makes a folder of its own that holds `files` (path in the folder to content) and returns its path. */
export function createTemporaryFolder(files: Readonly<Record<string, string>> = {}): string {
  // Short, because the server makes sockets under it and their paths may have 107 bytes at most.
  const folder = mkdtempSync(join(tmpdir(), 'sotto-wb-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
