import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Where the windows of one user meet their shared server: a socket, and files beside it. */
export interface Endpoint {
  /** Readable by this user only. */
  readonly folder: string;
  readonly name: string;
  /** A Unix socket, or a named pipe of Windows. */
  readonly address: string;
  /** Holds the secret that both sides prove to know, and the server's process id. */
  readonly keyPath: string;
  /** Held while a server starts, so that only one does. */
  readonly lockPath: string;
  /** What the server process itself has to say; each window's log is in its editor. */
  readonly logPath: string;
}

/** macOS allows 104 bytes with the closing zero, Linux 108 (`sockaddr_un`). */
const maximumSocketPathBytes = 103;

/** The endpoint of that name. Throws when the folder's path leaves no room for a socket's name. */
export function endpointAt(folder: string, name: string, platform = process.platform): Endpoint {
  const file = (extension: string) => join(folder, `${name}.${extension}`);
  const address = platform === 'win32' ? `\\\\.\\pipe\\sotto-${name}` : file('socket');
  if (platform !== 'win32' && Buffer.byteLength(address) > maximumSocketPathBytes) {
    throw new Error(`the path ${address} is too long for a socket`);
  }
  return {
    folder,
    name,
    address,
    keyPath: file('key'),
    lockPath: file('lock'),
    logPath: file('log'),
  };
}

/** This user's folder for sockets, which need not exist yet. On Windows `tmpdir()` lies in the user's profile. */
export function defaultEndpointFolder(environment: NodeJS.ProcessEnv): string {
  const runtimeFolder = environment.XDG_RUNTIME_DIR;
  return runtimeFolder ? join(runtimeFolder, 'sotto') : join(tmpdir(), `sotto-${userInfo().username}`);
}

/** A short name that differs whenever one of the facts does. */
export function endpointName(facts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

/**
 * The variables that a server reads, with their values, as one text: windows that differ in them do not share a
 * server. Without PATH, which differs between terminals and decides only which pip downloads.
 */
export function sharedEnvironment(environment: NodeJS.ProcessEnv): string {
  const names = Object.keys(environment).filter((name) => serverVariable.test(name));
  return JSON.stringify(names.sort().map((name) => [name, environment[name]]));
}

const serverVariable =
  /^(SOTTO_.*|HF_.*|VK_.*|CUDA_.*|HOME|USERPROFILE|XDG_CACHE_HOME|LOCALAPPDATA|(https?|no)_proxy)$/i;

/**
 * Makes `folder` where it is missing. Throws when it is not a folder of this user's own that others cannot enter:
 * whoever can write there could put a socket of theirs in the place of ours.
 */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.getuid === undefined) {
    return; // Windows: the profile's access list keeps others out.
  }
  const { uid, mode } = await lstat(folder).then((found) => {
    if (!found.isDirectory()) {
      throw new Error(`${folder} is not a folder`);
    }
    return found;
  });
  if (uid !== process.getuid()) {
    throw new Error(`${folder} belongs to another user`);
  }
  if ((mode & 0o077) !== 0) {
    await chmod(folder, 0o700);
  }
}
