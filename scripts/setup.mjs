// Brings node_modules and dist up to date. Plain Node, no dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the locked dependencies when the lock file changed, then builds when a source is newer than dist. */
export function setUp() {
  requireNode();
  const lockHash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.sotto-lock-sha256');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lockHash) {
    console.error('Installing dependencies …');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    writeFileSync(stamp, lockHash);
  }
  const built = join(root, 'dist', '.built');
  if (!existsSync(built) || newestTime(join(root, 'src')) > statSync(built).mtimeMs) {
    console.error('Building …');
    run(process.execPath, ['esbuild.mjs']);
    mkdirSync(dirname(built), { recursive: true });
    writeFileSync(built, '');
  }
}

/** Runs a command in the project's folder with our terminal; ends this process with its exit code if it fails. */
export function run(command, commandArguments) {
  // On Windows npm is a shell script (npm.cmd), which only a shell can start.
  const shell = process.platform === 'win32' && command !== process.execPath;
  const options = {
    cwd: root,
    stdio: 'inherit',
    shell,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  };
  const result = shell
    ? spawnSync(shellLine(command, commandArguments), options)
    : spawnSync(command, commandArguments, options);
  if (result.error) {
    console.error(`Could not run ${command}: ${result.error.message}. Is it installed and on PATH?`);
    process.exit(1);
  }
  if (result.status !== 0) {
    process.exit(result.status ?? 1);
  }
}

/** A command as a line for a shell, which cuts what is not quoted at each space; Node quotes nothing. */
export function shellLine(command, commandArguments) {
  return [command, ...commandArguments.map((argument) => `"${argument}"`)].join(' ');
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (!(major >= 24 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19))) {
    console.error(
      `Sotto needs Node 20.19, 22.13, or 24 or later; this is ${process.versions.node}. Install another Node and run again.`,
    );
    process.exit(1);
  }
}

function newestTime(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, entry) => Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}
