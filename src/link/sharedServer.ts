import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { connectOrLaunch, type LaunchedProcess, type ServerLink } from './connect';
import {
  defaultEndpointFolder,
  endpointAt,
  endpointName,
  sharedEnvironment,
  type Endpoint,
} from './endpoint';

/** Loading the program takes half a second; a machine that has just been woken takes its time. */
const startTimeoutMs = 20_000;

/**
 * Connects to the server that all windows of this user share, and starts it where it does not run. `serverModule` is
 * the program's file. Rejects with the signal's reason, and when there is no such server within 20 seconds.
 */
export async function connectToSharedServer(
  serverModule: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ServerLink> {
  const endpoint = await findEndpoint(serverModule, environment);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)]);
  return connectOrLaunch(endpoint, () => launch(serverModule, endpoint, environment), deadline);
}

/**
 * Where the server made of this program is met. A program that was updated has another endpoint: it never talks to one
 * of another version, and does not wait until that one has ended.
 */
export async function findEndpoint(serverModule: string, environment: NodeJS.ProcessEnv): Promise<Endpoint> {
  const { size, mtimeMs } = await stat(serverModule);
  const name = endpointName([serverModule, size, mtimeMs, sharedEnvironment(environment)]);
  return endpointAt(defaultEndpointFolder(environment), name);
}

/** Where a server process runs and with which variables, whoever starts it. */
export function surroundings(
  serverModule: string,
  environment: NodeJS.ProcessEnv,
): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  return {
    // Not the workspace: a native library must never be looked up in a folder that others wrote.
    cwd: dirname(serverModule),
    // In the extension host the executable is VS Code itself, which is Node only when it is told so.
    env: { ...environment, ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' },
  };
}

/** Starts the server so that it outlives this process, which may be the first of several windows to close. */
function launch(serverModule: string, endpoint: Endpoint, environment: NodeJS.ProcessEnv): LaunchedProcess {
  const log = openSync(endpoint.logPath, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [serverModule, '--shared', endpoint.folder, endpoint.name], {
      ...surroundings(serverModule, environment),
      detached: true,
      stdio: ['ignore', 'ignore', log],
      windowsHide: true,
    });
    let failed = false;
    child.once('error', () => (failed = true));
    child.unref();
    return {
      get exitCode() {
        return failed ? -1 : (child.exitCode ?? (child.signalCode === null ? null : -1));
      },
    };
  } finally {
    closeSync(log);
  }
}
