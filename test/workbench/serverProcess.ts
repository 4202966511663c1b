import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { createTemporaryFolder } from './temporaryFolder';

/** What scripts/workbench.mjs installed: paths of three files. */
interface Installation {
  readonly node: string;
  readonly serverMain: string;
  readonly browser: string;
}

export interface RunningProcess {
  readonly pid: number;
  readonly command: string; // its arguments, with a space between them
}

/** A running VS Code server with folders of its own. */
export interface WorkbenchServer {
  readonly port: number;
  readonly userFolder: string; // where settings.json lies
  /** The server, its extension host, and every process that extensions started and that still runs. */
  processes(): RunningProcess[];
  /** What the server printed, and every log file of the server, the extension host and the extensions. */
  logs(): string;
  /** Ends all of `processes()` and removes the server's folders. */
  dispose(): Promise<void>;
}

/** Reads what scripts/workbench.mjs handed on; throws when the tests were started in another way. */
export function readInstallation(): Installation {
  const text = process.env.SOTTO_WORKBENCH;
  if (text === undefined) {
    throw new Error('Start the workbench tests with `npm run test:workbench`, which installs the workbench.');
  }
  return JSON.parse(text) as Installation;
}

/**
 * Starts VS Code's server on a free port of 127.0.0.1 with some extensions installed. `environment` is added to what the
 * extension host sees; HOME is an empty folder unless it is named there. Throws with the server's output when it does
 * not come up.
 */
export async function startServer(
  extensionFolders: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<WorkbenchServer> {
  const { node, serverMain } = readInstallation();
  const home = createTemporaryFolder();
  const dataFolder = join(home, 'data');
  const userFolder = join(dataFolder, 'User');
  const extensionsFolder = join(home, 'extensions');
  const socketFolder = join(home, 'tmp');
  for (const folder of [userFolder, extensionsFolder, socketFolder]) {
    mkdirSync(folder, { recursive: true });
  }
  extensionFolders.forEach((folder) => installExtension(folder, extensionsFolder));
  const child = spawn(
    node,
    [
      serverMain,
      '--without-connection-token',
      '--accept-server-license-terms',
      '--telemetry-level=off',
      '--host=127.0.0.1',
      '--port=0',
      `--user-data-dir=${dataFolder}`,
      `--server-data-dir=${dataFolder}`,
      `--extensions-dir=${extensionsFolder}`,
    ],
    {
      env: { ...inheritedEnvironment(), HOME: home, ...environment, TMPDIR: socketFolder },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );

  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  }
  const processes = () => findProcesses(`TMPDIR=${socketFolder}`);
  const kill = () => {
    for (const { pid } of processes()) {
      endProcess(pid);
    }
  };
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  process.once('exit', kill);
  const dispose = async () => {
    process.removeListener('exit', kill);
    kill();
    await exited;
    kill(); // What the extension host started while it was being ended.
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  const logs = () => [output.join(''), ...readLogs(join(dataFolder, 'logs'))].join('\n');
  return { port: await readPort(child, output), userFolder, processes, logs, dispose };
}

/** Resolves with the port that the server says it listens on; rejects when it ends before that. */
function readPort(
  child: ChildProcessByStdio<null, Readable, Readable>,
  output: readonly string[],
): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout.on('data', () => {
      const port = /Server bound to [^:\s]+:(\d+)/.exec(output.join(''))?.[1];
      if (port !== undefined) {
        resolve(Number(port));
      }
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`VS Code's server ended at once:\n${output.join('')}`)));
  });
}

/**
 * On its first start the server registers what lies in its folder of extensions. Opening the workbench in extension
 * development mode instead needs VS Code's smoke test driver, which has it show no notifications and no dialogs.
 */
function installExtension(extensionFolder: string, extensionsFolder: string): void {
  const text = readFileSync(join(extensionFolder, 'package.json'), 'utf8');
  const { publisher, name, version } = JSON.parse(text) as {
    publisher: string;
    name: string;
    version: string;
  };
  symlinkSync(extensionFolder, join(extensionsFolder, `${publisher}.${name}-${version}`));
}

/** Our environment without what npm, Vitest and an editor's terminal added: the extension must not see those. */
function inheritedEnvironment(): Record<string, string | undefined> {
  const foreign = /^(npm_|VITEST|VSCODE_|ELECTRON_|SOTTO_|NODE_|XDG_|DEV$|PROD$|TEST$|MODE$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** Every process on this machine whose environment holds `variable`: children inherit it, in whatever group they are. */
function findProcesses(variable: string): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readProcessFile(pid, 'environ').includes(variable))
    .map((pid) => ({ pid: Number(pid), command: readProcessFile(pid, 'cmdline').join(' ').trim() }));
}

/** The strings of a file under /proc/PID, none for a process that has ended or belongs to somebody else. */
function readProcessFile(pid: string, name: 'environ' | 'cmdline'): string[] {
  try {
    return readFileSync(join('/proc', pid, name), 'utf8').split('\0');
  } catch (error) {
    if (isErrorWithCode(error, ['ENOENT', 'ESRCH', 'EACCES'])) {
      return [];
    }
    throw error;
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!isErrorWithCode(error, ['ESRCH'])) {
      throw error;
    }
  }
}

function isErrorWithCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function readLogs(folder: string): string[] {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `--- ${relative(folder, path)}\n${readFileSync(path, 'utf8')}`);
}
