import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ensurePrivateFolder, type Endpoint } from './endpoint';
import { greetServer } from './handshake';
import { readKey } from './key';

/** A connection to a server that has proven to be ours. */
export interface ServerLink {
  readonly socket: Socket;
  readonly processId: number;
  readonly logPath: string;
}

/** A process that was started to become the server. It ends with code 0 when another one is the server already. */
export interface LaunchedProcess {
  /** Null while it runs. */
  readonly exitCode: number | null;
}

const retryIntervalMs = 50;
/** A process that found another one serving, which then ended, leaves nobody: start one again, but not at once. */
const relaunchIntervalMs = 500;

/**
 * Connects to the server at `endpoint`; where none answers, starts one with `launch` and waits for it. Rejects when
 * none comes up, or one is there that does not answer, until the signal aborts.
 */
export async function connectOrLaunch(
  endpoint: Endpoint,
  launch: () => LaunchedProcess,
  signal: AbortSignal,
): Promise<ServerLink> {
  await ensurePrivateFolder(endpoint.folder);
  let launched: LaunchedProcess | undefined;
  let launchTimeMs = -Infinity;
  for (;;) {
    const link = await tryConnect(endpoint, signal);
    if (link !== undefined) {
      return link;
    }
    if (launched !== undefined && launched.exitCode !== null && launched.exitCode !== 0) {
      throw new Error(`the server ended with code ${launched.exitCode}; see ${endpoint.logPath}`);
    }
    const mayLaunch = launched === undefined || launched.exitCode !== null;
    if (mayLaunch && performance.now() - launchTimeMs > relaunchIntervalMs) {
      launched = launch();
      launchTimeMs = performance.now();
    }
    await delay(retryIntervalMs, undefined, { signal });
  }
}

/** Whether some process listens at the endpoint, ours or not. */
export async function isServed(endpoint: Endpoint): Promise<boolean> {
  const socket = await openSocket(endpoint.address);
  socket?.destroy();
  return socket !== undefined;
}

/** Undefined when nobody listens, or when who listened was about to end or had another key than the file by now. */
async function tryConnect(endpoint: Endpoint, signal: AbortSignal): Promise<ServerLink | undefined> {
  const serverKey = await readKey(endpoint.keyPath);
  const socket = serverKey === undefined ? undefined : await openSocket(endpoint.address);
  if (serverKey === undefined || socket === undefined) {
    return undefined;
  }
  try {
    await greetServer(socket, serverKey.key, signal);
    return { socket, processId: serverKey.processId, logPath: endpoint.logPath };
  } catch {
    socket.destroy();
    signal.throwIfAborted();
    return undefined; // Not lost: the caller tries again until its time is over.
  }
}

/** Undefined when nobody listens there. */
function openSocket(address: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.off('error', fail);
      // Whoever uses the socket hears of its end by `close`; an error without a listener would end the process.
      socket.on('error', () => undefined);
      resolve(socket);
    });
    const fail = (error: Error & { readonly code?: string }) => {
      socket.destroy();
      if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET'].includes(error.code ?? '')) {
        resolve(undefined);
      } else {
        reject(error);
      }
    };
    socket.once('error', fail);
  });
}
