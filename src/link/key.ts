import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { errorCode } from '../base/errors';
import { renameWhenFree } from '../base/renameWhenFree';
import { keyByteCount } from './handshake';

/** What a server writes beside its socket. */
export interface ServerKey {
  readonly key: Buffer;
  readonly processId: number;
}

/** Makes a new key for this process and writes it where only this user can read it. */
export async function writeNewKey(path: string): Promise<ServerKey> {
  const key = randomBytes(keyByteCount);
  const partialPath = `${path}.${process.pid}`;
  await writeFile(partialPath, `${process.pid} ${key.toString('hex')}\n`, { mode: 0o600 });
  await renameWhenFree(partialPath, path);
  return { key, processId: process.pid };
}

/** The key of the server that runs or ran last; undefined when there was none. */
export async function readKey(path: string): Promise<ServerKey | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') {
      return '';
    }
    throw error;
  });
  const match = /^(\d+) ([0-9a-f]{64})\n$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { processId: Number(match[1]), key: Buffer.from(match[2], 'hex') };
}
