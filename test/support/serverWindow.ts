import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ExitNotification, ShutdownRequest, type CancellationToken } from 'vscode-languageserver/node';
import { neverAborted } from '../../src/base/abort';
import { connectToSharedServer, findEndpoint } from '../../src/link/sharedServer';
import {
  explainRequest,
  explanationProgressNotification,
  type CommandResult,
  type ExplanationAnswer,
} from '../../src/shared/protocol';
import type { Settings } from '../../src/shared/settings';
import { connectTo, testSettings, type TestClient } from '../server/testClient';
import { writeTinyModel, type TinyModelOptions } from './tinyModel';

/** The built server, as VS Code starts it. */
export const serverModule = resolve(import.meta.dirname, '../../dist/server.mjs');

/** A window's connection to the shared server, as the client makes it. */
export interface ServerWindow extends TestClient {
  readonly processId: number;
  /** Asks the tiny model, which writes in many pieces until it is stopped. */
  answer(question: string, token?: CancellationToken): Promise<CommandResult<ExplanationAnswer>>;
  /** Resolves when the first piece of the next answer is there. */
  firstPiece(): Promise<void>;
  /** The window ends without a word, as a killed extension host does. */
  vanish(): void;
}

/** A user of their own: an empty cache, a runtime folder, a tiny model, and the processes that this user started. */
export interface TestUser {
  readonly folder: string;
  readonly cacheFolder: string;
  readonly modelPath: string;
  readonly environment: NodeJS.ProcessEnv;
  openWindow(settings?: Partial<Settings>): Promise<ServerWindow>;
  /** Ids of this user's running server processes. */
  serverProcessIds(): number[];
  serverLog(): Promise<string>;
  /** Ends the processes and removes the folders. */
  dispose(): void;
}

/** Linux only: processes are told apart by their environment in /proc. */
export async function createTestUser(model: Partial<TinyModelOptions> = {}): Promise<TestUser> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-user-'));
  const cacheFolder = join(folder, 'cache');
  const modelPath = join(folder, 'tiny.gguf');
  await writeTinyModel({ seed: 1, architecture: 'qwen2', contextLength: 2048, ...model }, modelPath);
  mkdirSync(join(folder, 'run'), { mode: 0o700 });
  const environment = { ...process.env, XDG_RUNTIME_DIR: join(folder, 'run'), SOTTO_CACHE: cacheFolder };
  const windows: ServerWindow[] = [];
  const serverProcessIds = () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => readProcessFile(pid, 'cmdline').includes(serverModule))
      .filter((pid) => readProcessFile(pid, 'environ').includes(`XDG_RUNTIME_DIR=${join(folder, 'run')}`))
      .map(Number);
  return {
    folder,
    cacheFolder,
    modelPath,
    environment,
    async openWindow(settings = {}) {
      const link = await connectToSharedServer(serverModule, environment, neverAborted);
      const client = await connectTo(link.socket, link.socket, {
        settings: { ...testSettings, modelPath, ...settings },
      });
      const window: ServerWindow = {
        ...client,
        ...createAsker(client),
        processId: link.processId,
        close: async () => {
          const ended = new Promise((resolve) => link.socket.once('close', resolve));
          await client.connection.sendRequest(ShutdownRequest.type);
          await client.connection.sendNotification(ExitNotification.type);
          await ended;
          client.connection.dispose();
        },
        vanish: () => {
          client.connection.dispose();
          link.socket.destroy();
        },
      };
      windows.push(window);
      return window;
    },
    serverProcessIds,
    serverLog: async () => {
      const { logPath } = await findEndpoint(serverModule, environment);
      return existsSync(logPath) ? readFileSync(logPath, 'utf8') : '';
    },
    dispose: () => {
      windows.forEach((window) => window.vanish());
      serverProcessIds().forEach((pid) => process.kill(pid, 'SIGKILL'));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function createAsker({ connection }: TestClient): Pick<ServerWindow, 'answer' | 'firstPiece'> {
  return {
    answer: (question, token) =>
      connection.sendRequest(
        explainRequest,
        {
          kind: 'question',
          requestId: 1,
          conversation: [{ role: 'user', content: 'const answer = 42;' }],
          question,
        },
        token,
      ),
    firstPiece: () =>
      new Promise((resolve) => {
        connection.onNotification(explanationProgressNotification, () => resolve());
      }),
  };
}

/** Kilobytes of a process that are in memory, as /proc tells. */
export function residentKilobytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** The strings of a file under /proc/PID, none for a process that has ended meanwhile. */
function readProcessFile(pid: string, name: 'environ' | 'cmdline'): string[] {
  try {
    return readFileSync(join('/proc', pid, name), 'utf8').split('\0');
  } catch {
    return [];
  }
}
