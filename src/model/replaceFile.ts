import { open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { renameWhenFree } from '../base/renameWhenFree';

/**
 * What `write` writes to the path that it is given stands at `path` completely or not at all. Another process may make
 * the same file: each writes its own and puts it in the place.
 */
export async function replaceFile(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const temporaryPath = `${path}.${process.pid}`;
  try {
    await write(temporaryPath);
    await renameWhenFree(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

/** Takes away what processes that were killed had written for `path`. The caller knows that none is writing it. */
export async function removeReplacements(path: string): Promise<void> {
  const [folder, prefix] = [dirname(path), `${basename(path)}.`];
  const names = (await readdir(folder)).filter((name) => {
    return name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length));
  });
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}

/** Writes a file and waits until it is on the disk. */
export async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
