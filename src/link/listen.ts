import { readFileSync, rmSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { neverAborted } from '../base/abort';
import { acquireFileLock } from '../base/fileLock';
import type { Logger } from '../base/logger';
import { describeError } from '../base/errors';
import { isServed } from './connect';
import { ensurePrivateFolder, type Endpoint } from './endpoint';
import { greetClient } from './handshake';
import { writeNewKey, type ServerKey } from './key';

export interface Listener {
  /** Takes no more connections and frees the endpoint; those that are open stay. At once, so that no one slips in. */
  close(): void;
}

export interface ListenOptions {
  readonly logger: Logger;
  /** Called by the process that becomes the server, before anybody can connect. */
  readonly starting: () => void;
  /** Called for each connection, also one that will fail to prove itself: the process should not end meanwhile. */
  readonly opened: (socket: Socket) => void;
  /** Called when the client has proven that it is this user's. */
  readonly accepted: (socket: Socket) => void;
}

const greetingTimeoutMs = 10_000;
/** Starting takes milliseconds; a lock older than this was left by a process that was killed meanwhile. */
const staleLockMs = 5_000;
/** Longer than any start takes. */
const lockAttemptCount = 200;
const lockIntervalMs = 50;

/** Becomes the server at `endpoint`, alone. Undefined when another process is that already. */
export async function listenAlone(endpoint: Endpoint, options: ListenOptions): Promise<Listener | undefined> {
  await ensurePrivateFolder(endpoint.folder);
  const release = await acquireFileLock(
    {
      path: endpoint.address,
      lockPath: endpoint.lockPath,
      staleMs: staleLockMs,
      retryIntervalMs: lockIntervalMs,
      attemptCount: lockAttemptCount,
      onLost: (error) => options.logger.warn(`the lock of the start was lost: ${error.message}`),
    },
    neverAborted,
  );
  try {
    if (await isServed(endpoint)) {
      return undefined;
    }
    return await listen(endpoint, options);
  } finally {
    await release().catch((error: unknown) => options.logger.warn(describeError(error)));
  }
}

/** The caller holds the lock and knows that nobody listens: a socket that is there is a dead process's. */
async function listen(endpoint: Endpoint, options: ListenOptions): Promise<Listener> {
  const isFile = process.platform !== 'win32';
  if (isFile) {
    await rm(endpoint.address, { force: true });
  }
  options.starting();
  const serverKey = await writeNewKey(endpoint.keyPath);
  const server = createServer((socket) => void greet(socket, serverKey.key, options));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(endpoint.address, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', (error) => options.logger.error(`listening: ${error.message}`));
  if (isFile) {
    await chmod(endpoint.address, 0o600);
  }
  return { close: () => leave(server, endpoint, serverKey) };
}

async function greet(
  socket: Socket,
  key: Buffer,
  { logger, opened, accepted }: ListenOptions,
): Promise<void> {
  // What ends a connection is told by `close`, which follows.
  socket.on('error', (error) => logger.debug(`a connection failed: ${error.message}`));
  opened(socket);
  try {
    await greetClient(socket, key, AbortSignal.timeout(greetingTimeoutMs));
    accepted(socket);
  } catch (error) {
    logger.warn(`a connection was refused: ${describeError(error)}`);
    socket.destroy();
  }
}

/** Synchronous: the next server may start as soon as the socket is gone, and its key must not be removed. */
function leave(server: Server, { keyPath }: Endpoint, { key }: ServerKey): void {
  try {
    if (readFileSync(keyPath, 'utf8').includes(key.toString('hex'))) {
      rmSync(keyPath);
    }
  } finally {
    server.close(); // Removes the socket's file.
  }
}
