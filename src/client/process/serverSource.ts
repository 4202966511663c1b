import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import type { LogOutputChannel } from 'vscode';
import type { StreamInfo } from 'vscode-languageclient/node';
import { neverAborted } from '../../base/abort';
import { describeError } from '../../base/errors';
import { isAlive } from '../../base/processLife';
import type { ServerLink } from '../../link/connect';
import { connectToSharedServer, surroundings } from '../../link/sharedServer';

/** The process has nothing to save: it ends at once unless it hangs. */
const END_TIMEOUT_MS = 2_000;

/** Where this window's server comes from: the process that all windows share, or else one of its own. */
export class ServerSource {
  private link: ServerLink | undefined;

  constructor(
    private readonly serverModule: string,
    private readonly output: LogOutputChannel,
  ) {}

  /** Connects to the shared server, starting it where none runs; where that fails, starts a server for this window. */
  async open(): Promise<StreamInfo | ChildProcess> {
    try {
      this.link = await connectToSharedServer(this.serverModule, process.env, neverAborted);
      const { socket, processId, logPath } = this.link;
      this.output.info(
        `Connected to process ${processId}, which serves all windows; its own log is ${logPath}.`,
      );
      return { reader: socket, writer: socket, detached: true };
    } catch (error) {
      this.output.warn(`This window starts a server of its own: ${describeError(error)}`);
      return fork(this.serverModule, ['--stdio'], {
        ...surroundings(this.serverModule, process.env),
        execArgv: [],
        silent: true,
      });
    }
  }

  /**
   * How to end the shared process, for every window, if this one is connected to it; each window then starts it anew.
   * Where it was asked to end it has a moment to do so before it is killed. To be prepared before the connection is
   * closed, so that the process id cannot be another process's by now.
   */
  prepareEnd(): (wasAsked: boolean) => Promise<void> {
    const { link } = this;
    if (link === undefined || link.socket.destroyed) {
      return () => Promise.resolve();
    }
    const { processId } = link;
    return async (wasAsked) => {
      const deadlineMs = performance.now() + (wasAsked ? END_TIMEOUT_MS : 0);
      while (isAlive(processId) && performance.now() < deadlineMs) {
        await setTimeout(20);
      }
      try {
        process.kill(processId, 'SIGKILL');
        this.output.info(`Process ${processId} was killed.`);
      } catch (error) {
        this.output.info(`Process ${processId} has ended: ${describeError(error)}`);
      }
    };
  }
}
