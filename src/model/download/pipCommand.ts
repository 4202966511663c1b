import { spawn, type ChildProcess } from 'node:child_process';
import { errorCode } from '../../base/errors';
import type { Environment } from '../cache';

/** A way to start pip: a program and the arguments before pip's own. */
export interface PipCommand {
  readonly program: string;
  readonly leadingArguments: readonly string[];
}

export interface PipRun {
  /** Also what `python -m` puts first on its module path: it must be a folder that only we write. */
  readonly folder: string;
  readonly environment: Environment;
  /** Called whenever pip writes something: a sign that it is not stuck. */
  readonly onOutput?: () => void;
}

const candidates: readonly PipCommand[] = [
  { program: 'python3', leadingArguments: ['-m', 'pip'] },
  { program: 'python', leadingArguments: ['-m', 'pip'] },
  { program: 'py', leadingArguments: ['-m', 'pip'] },
  { program: 'pip', leadingArguments: [] },
];

const versionTimeoutMs = 15_000;

/** A pip that was asked to end and has not is killed after this. */
const graceMs = 2_000;

/**
 * The program is often a wrapper (pyenv's shim, for one) that runs pip as its child, and the child outlives the
 * wrapper: the whole group has to end. On Windows the wrappers take their children with them (job objects).
 */
const ownProcessGroup = process.platform !== 'win32';

/** The first pip that tells its version. Rejects when none does. */
export async function findPip(run: PipRun, signal: AbortSignal): Promise<PipCommand> {
  for (const candidate of candidates) {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(versionTimeoutMs)]);
    try {
      const output = await runPip(candidate, ['--version'], run, inTime);
      if (output.startsWith('pip ')) {
        return candidate;
      }
    } catch {
      // Not installed, a stub that only points to a shop, or a Python without pip: the next one may do.
      signal.throwIfAborted();
    }
  }
  throw new Error('no pip found (tried python3, python, py and pip)');
}

/**
 * Runs pip to its end and gives its standard output. Rejects with pip's own last error line when it fails, and
 * with the signal's reason when aborted, in both cases after the process is gone.
 */
export function runPip(
  { program, leadingArguments }: PipCommand,
  pipArguments: readonly string[],
  { folder, environment, onOutput }: PipRun,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...leadingArguments, ...pipArguments], {
      cwd: folder,
      env: pipEnvironment(folder, environment),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      detached: ownProcessGroup,
    });
    let killTimer: NodeJS.Timeout | undefined;
    const stop = () => {
      end(child, 'SIGTERM');
      killTimer = setTimeout(() => end(child, 'SIGKILL'), graceMs);
    };
    // A process of ours that ends without aborting first must not leave pip behind.
    const stopAtExit = () => end(child, 'SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    process.once('exit', stopAtExit);
    const release = () => {
      clearTimeout(killTimer);
      signal.removeEventListener('abort', stop);
      process.off('exit', stopAtExit);
    };

    let output = '';
    let errorOutput = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput?.();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errorOutput += text;
      onOutput?.();
    });
    child.on('error', (error) => {
      // Not started; 'close' does not always follow.
      if (child.pid === undefined) {
        release();
        reject(error);
      }
    });
    child.on('close', (exitCode) => {
      release();
      if (signal.aborted) {
        reject(signal.reason as Error);
      } else if (exitCode !== 0) {
        reject(new Error(lastErrorLine(errorOutput) ?? `pip ended with code ${exitCode}`));
      } else {
        resolve(output);
      }
    });
  });
}

function end(child: ChildProcess, signalName: 'SIGTERM' | 'SIGKILL'): void {
  if (!ownProcessGroup || child.pid === undefined) {
    child.kill(signalName);
    return;
  }
  try {
    process.kill(-child.pid, signalName);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') {
      throw error;
    }
  }
}

function pipEnvironment(folder: string, environment: Environment): NodeJS.ProcessEnv {
  return {
    ...environment,
    // pip unpacks where we can watch it grow, on the disk whose space was checked, and can clean up after it.
    TMPDIR: folder,
    TEMP: folder,
    TMP: folder,
    PIP_NO_INPUT: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    // A guard of users against installing outside a virtual environment; nothing is installed here.
    PIP_REQUIRE_VIRTUALENV: '0',
  };
}

function lastErrorLine(errorOutput: string): string | undefined {
  const lines = errorOutput.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.at(-1);
}
