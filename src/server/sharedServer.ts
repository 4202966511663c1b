import { existsSync, statSync, truncateSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createConnection, ProposedFeatures } from 'vscode-languageserver';
import {
  ConnectionError,
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type Message,
} from 'vscode-languageserver/node';
import { describeError } from '../base/errors';
import { createLineLogger, type Logger } from '../base/logger';
import type { Endpoint } from '../link/endpoint';
import { listenAlone, type Listener } from '../link/listen';
import { endProcessNotification } from '../shared/protocol';
import { SharedModels } from './model/sharedModels';
import { createRuntimeLoader } from './runtimeLoader';
import { EngineTurns, Scheduler } from './scheduler';
import { startServer } from './server';

/** How long the process stays without a window: a window that is reloaded comes back within a second or two. */
const lingerMs = 5_000;
/** The window that started the process connects at once. */
const firstConnectionMs = 30_000;
const maximumLogByteCount = 200_000;

/**
 * The server of all windows of a user, in a process of its own: documents, settings and suggestions are each window's,
 * the models in memory are shared. Ends the process when the last window has gone, and at once, with code 0, when
 * another process is the server already.
 */
export async function runSharedServer(endpoint: Endpoint): Promise<void> {
  const logger = createLineLogger('info', (line) => process.stderr.write(`${line}\n`));
  const windows = new Windows(logger);
  const listener = await listenAlone(endpoint, {
    logger,
    starting: () => shortenLog(endpoint.logPath),
    opened: (socket) => windows.add(socket),
    accepted: (socket) => windows.serve(socket),
  });
  if (listener === undefined) {
    process.exit(0);
  }
  logger.info(`process ${process.pid} serves ${endpoint.address}`);
  surviveLateMessages(logger);
  // Where the user logs out: what runs at the process's end is said to be no crash.
  for (const signalName of ['SIGTERM', 'SIGHUP'] as const) {
    process.once(signalName, () => windows.end(signalName));
  }
  windows.endWithoutThem(listener);
}

/** What earlier processes wrote stays as long as it is short: it tells how the last one ended. */
function shortenLog(path: string): void {
  if (existsSync(path) && statSync(path).size > maximumLogByteCount) {
    truncateSync(path, 0);
  }
}

/** The connections of this process, and what their servers share. */
class Windows {
  private readonly turns = new EngineTurns();
  private readonly models = new SharedModels();
  private readonly sockets = new Set<Socket>();
  private listener: Listener | undefined;
  private endTimer: NodeJS.Timeout | undefined;
  private windowCount = 0;

  constructor(private readonly logger: Logger) {}

  /** From now on the process ends some time after the last connection, or when none comes. */
  endWithoutThem(listener: Listener): void {
    this.listener = listener;
    if (this.sockets.size === 0) {
      this.endTimer = setTimeout(() => this.end('no window is left'), firstConnectionMs);
    }
  }

  add(socket: Socket): void {
    clearTimeout(this.endTimer);
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      if (this.sockets.size === 0) {
        this.endTimer = setTimeout(() => this.end('no window is left'), lingerMs);
      }
    });
  }

  serve(socket: Socket): void {
    const name = `window ${++this.windowCount}`;
    this.logger.info(`${name} connected; ${this.sockets.size} open`);
    const scheduler = new Scheduler(this.turns);
    const connection = createConnection(
      (logger) => createProtocolConnection(new StreamMessageReader(socket), new WindowWriter(socket), logger),
      {
        shutdownReceived: false,
        initialize: () => undefined, // Its process is not watched: the socket closes when it ends.
        exit: () => socket.end(),
      },
      ProposedFeatures.all,
    );
    connection.onNotification(endProcessNotification, () => this.end(`${name} asks for a new process`));
    const server = startServer(connection, (own) => createRuntimeLoader(own, this.models), scheduler);
    socket.once('close', () => {
      this.logger.info(`${name} is gone; ${this.sockets.size} open`);
      connection.dispose();
      server.dispose().catch((error: unknown) => this.logger.error(`${name}: ${describeError(error)}`));
    });
  }

  end(reason: string): void {
    this.logger.info(`${reason}: the process ends`);
    this.listener?.close();
    process.exit(0);
  }
}

/**
 * A write fails when the window has gone, and `close` of the socket tells so. The protocol library hands the failure to
 * whoever sent the message, most of whom do not wait for it; unhandled it would end the process of all windows.
 */
class WindowWriter extends StreamMessageWriter {
  override async write(message: Message): Promise<void> {
    await super.write(message).catch(() => undefined);
  }
}

/**
 * What a window still waits for when it is closed has nowhere to go, and the protocol library throws where it is sent.
 * That concerns nobody; every other error that nothing has caught is a defect, and ends the process as it always does.
 */
function surviveLateMessages(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    if (error instanceof ConnectionError) {
      logger.info(`a message came too late for its window: ${error.message}`);
      return;
    }
    process.stderr.write(`${error.stack ?? describeError(error)}\n`);
    process.exit(1);
  });
}
