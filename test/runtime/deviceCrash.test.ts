import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import type { Engine } from '../../src/engine/engine';
import { ortLibraryPath } from '../../src/engine/ortLibrary';
import { locateCache, type Cache } from '../../src/model/cache';
import { openMarked, takeCrashes } from '../../src/runtime/deviceMark';
import { readDeviceTable, writeDeviceCrash, writeDeviceTable } from '../../src/runtime/deviceTable';
import { findMissingLibrary } from '../../src/runtime/missingLibrary';
import {
  noSoftwareAdapter,
  softwareAdapterEnvironment,
  softwareAdapterTimeoutMs,
} from '../support/softwareAdapter';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

let tiny: TinyEngine;
let cache: Cache;
beforeAll(async () => {
  tiny = await openTinyEngine({ hiddenSize: 64, feedForwardSize: 96, layerCount: 1, contextCapacity: 80 });
  cache = locateCache({ SOTTO_CACHE: mkdtempSync(join(tmpdir(), 'sotto-crash-')) });
});
afterAll(async () => {
  rmSync(cache.folder, { recursive: true });
  await tiny.dispose();
});

const marks = () => readdirSync(cache.deviceMarksFolder);
const use = { device: 'webgpu', tableKey: 'driver 1' } as const;
const request = { promptIds: [3, 4, 5], maxTokens: 3, stopIds: new Set<number>() };

test.runIf(
  process.platform === 'linux' && process.arch === 'x64' && spawnSync('cc', ['--version']).status === 0,
)(
  'a device that ends the process is not used by the next one, which says so once',
  { timeout: 120_000 },
  async () => {
    // A driver that aborts as soon as it is loaded, in place of ONNX Runtime with CUDA.
    const cudaFolder = join(cache.folder, 'crashing');
    mkdirSync(cudaFolder);
    const source = join(cudaFolder, 'crash.c');
    writeFileSync(
      source,
      '#include <stdlib.h>\n__attribute__((constructor)) void crash(void) { abort(); }\n',
    );
    for (const name of [basename(ortLibraryPath()), 'libonnxruntime_providers_cuda.so']) {
      expect(spawnSync('cc', ['-shared', '-fPIC', '-o', join(cudaFolder, name), source]).status).toBe(0);
    }
    const run = (setting: string) => runProcess(setting, { SOTTO_CUDA_FOLDER: cudaFolder });

    expect(await run('cuda')).toEqual({ lines: [], ending: 'SIGABRT' });
    expect(marks()).toHaveLength(1);
    expect(await run('cuda')).toEqual({
      lines: ['lost cuda: crashed', 'runs on cpu', 'generated 3'],
      ending: 0,
    });
    expect(await run('cuda')).toEqual({ lines: ['runs on cpu', 'generated 3'], ending: 0 });
    expect(marks()).toEqual([]);
  },
);

test.skipIf(noSoftwareAdapter !== undefined)(
  `so is one that was at work, or hung, when the process ended, but not where that was of its own will ${noSoftwareAdapter ?? ''}`,
  { timeout: softwareAdapterTimeoutMs },
  async () => {
    const environment = softwareAdapterEnvironment();
    const end = (when: string) => runProcess('webgpu', { ...environment, END_AT_FIRST_TOKEN: when });
    const well = { lines: ['runs on webgpu', 'generated 3'], ending: 0 };
    const banned = { lines: ['lost webgpu: crashed', 'runs on cpu', 'generated 3'], ending: 0 };
    const forgive = () => rmSync(cache.devicesFile);
    expect(await runProcess('webgpu', environment)).toEqual(well);
    expect(await end('at once')).toEqual({ lines: ['runs on webgpu'], ending: 0 });
    expect(await runProcess('webgpu', environment)).toEqual(well);
    expect(await end('killed')).toEqual({ lines: ['runs on webgpu'], ending: 'SIGKILL' });
    expect(await runProcess('webgpu', environment)).toEqual(banned);
    forgive();
    expect(await end('after a minute')).toEqual({ lines: ['runs on webgpu'], ending: 'SIGKILL' });
    expect(await runProcess('webgpu', environment)).toEqual(banned);
  },
);

test('a process that is killed while the device works leaves a crash, and otherwise none', async () => {
  mkdirSync(cache.deviceMarksFolder, { recursive: true });
  writeFileSync(join(cache.deviceMarksFolder, `${deadProcessId()}.cut-short.json`), '');
  expect(takeCrashes(cache.deviceMarksFolder, silentLogger)).toEqual([]);

  const left: string[] = [];
  const engine = await openMarked(cache.deviceMarksFolder, use, silentLogger, () =>
    Promise.resolve(observedBy(tiny.engine, () => left.push(...copyMarks('working')))),
  );
  copyMarks('before');
  expect(takeCrashes(cache.deviceMarksFolder, silentLogger)).toEqual([]); // It rests, and this process lives.
  await engine.generate(request, neverAborted);
  copyMarks('after');
  expect(left).toHaveLength(1);
  expect(takeCrashes(cache.deviceMarksFolder, silentLogger)).toEqual([use]);
  expect(takeCrashes(cache.deviceMarksFolder, silentLogger)).toEqual([]);
  await engine.dispose();
  expect(marks()).toEqual([]);

  /** What a process that was killed at this moment would have left. */
  function copyMarks(name: string): string[] {
    const own = marks().filter((mark) => mark.startsWith(`${process.pid}.`));
    return own.map((mark) => {
      const copy = `${deadProcessId()}.${name}.json`;
      copyFileSync(join(cache.deviceMarksFolder, mark), join(cache.deviceMarksFolder, copy));
      return copy;
    });
  }
});

test('a call that fails and an engine that does not open leave nothing behind', async () => {
  const failing = () => Promise.reject(new Error('no adapter'));
  await expect(openMarked(cache.deviceMarksFolder, use, silentLogger, failing)).rejects.toThrow('no adapter');
  expect(marks()).toEqual([]);
});

test('a mark that cannot be taken away is said in the log, and the others are taken', () => {
  const processId = deadProcessId();
  const stuck = join(cache.deviceMarksFolder, `${processId}.stuck.json`);
  mkdirSync(stuck, { recursive: true });
  writeFileSync(join(cache.deviceMarksFolder, `${processId}.taken.json`), `!${JSON.stringify(use)}`);
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (line: string) => void warnings.push(line) };
  expect(takeCrashes(cache.deviceMarksFolder, logger)).toEqual([use]);
  expect(warnings).toEqual([expect.stringContaining('a mark of a process that ended stays')]);
  rmSync(stuck, { recursive: true });
});

test.runIf(process.platform === 'linux')(
  'calls go on where the disk of the mark has become full, and it is said once',
  async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (line: string) => void warnings.push(line) };
    const open = () => Promise.resolve(observedBy(tiny.engine, () => {}));
    const engine = await openMarked(cache.deviceMarksFolder, use, logger, open);
    fillDiskOf(join(cache.deviceMarksFolder, marks()[0] ?? ''));
    for (const _ of [1, 2]) {
      expect((await engine.generate(request, neverAborted)).tokens).toHaveLength(3);
    }
    await engine.dispose();
    expect(warnings).toEqual([expect.stringMatching(/may not be noticed.*ENOSPC/)]);
    expect(marks()).toEqual([]);
  },
);

test('a crash is remembered beside what was measured', async () => {
  const file = join(cache.folder, 'table.json');
  await writeDeviceTable(file, 'driver 1', [
    { device: 'webgpu', outcome: 'failed', reason: 'x' },
    { device: 'cuda', outcome: 'failed', reason: 'y' },
  ]);
  await writeDeviceCrash(file, 'driver 1', 'webgpu');
  const outcomes = (await readDeviceTable(file, 'driver 1')).map(({ device, outcome }) => [device, outcome]);
  expect(outcomes).toEqual([
    ['cuda', 'failed'],
    ['webgpu', 'crashed'],
  ]);
});

test.each([
  [
    '/x/libonnxruntime_providers_shared.so: cannot open shared object file',
    /"Sotto: Get CUDA Support" gets it/,
  ],
  [
    'libcublasLt.so.13: cannot open shared object file: No such file or directory',
    /libcublasLt.so.13 is missing; install the CUDA 13/,
  ],
  ['/x/libonnxruntime_providers_shared.so: file too short', /cannot be loaded \(file too short\)/],
  ['libcuda.so.1: cannot open shared object file', /NVIDIA driver/],
])('a missing library is told as what to do: %s', (loaderMessage, advice) => {
  const printed = `[E:onnxruntime] Failed to load library /x/libonnxruntime_providers_cuda.so with error: ${loaderMessage}\n`;
  expect(findMissingLibrary(printed)?.advice).toMatch(advice);
  expect(findMissingLibrary(printed)?.printed).toContain(loaderMessage);
  expect(findMissingLibrary('device lost')).toBeUndefined();
});

/** `engine`, whose caller is told in the middle of each generation. */
function observedBy(engine: Engine, observe: () => void): Engine {
  return {
    contextCapacity: engine.contextCapacity,
    vocabularySize: engine.vocabularySize,
    generate: (given, signal) => {
      observe();
      return engine.generate(given, signal);
    },
    prefill: (...call) => engine.prefill(...call),
    score: (...call) => engine.score(...call),
    scoreChoices: (...call) => engine.scoreChoices(...call),
    cachedPrefixLength: (ids) => engine.cachedPrefixLength(ids),
    forget: () => engine.forget(),
    dispose: () => Promise.resolve(),
  };
}

/** Puts a full disk in the place of a file that this process has open. */
function fillDiskOf(path: string): void {
  const file = readdirSync('/proc/self/fd').find((name) => {
    const link = `/proc/self/fd/${name}`;
    return existsSync(link) && readlinkSync(link) === realpathSync(path);
  });
  closeSync(Number(file));
  // The system gives the lowest number that is free.
  while (openSync('/dev/full', 'w') !== Number(file)) {
    continue;
  }
}

/** The number of a process that has ended. */
function deadProcessId(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

async function runProcess(setting: string, environment: Record<string, string>) {
  const { engineOptions, deviceGraphPaths } = tiny;
  const modelOptions = { engine: engineOptions, deviceGraphPaths, modelSha256: 'tiny' };
  const options = { setting, ...modelOptions, promptIds: [[3, 4, 5]] };
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, '../support/deviceProcess.ts')],
    {
      env: {
        ...process.env,
        SOTTO_CACHE: cache.folder,
        ...environment,
        DEVICE_OPTIONS: JSON.stringify(options),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise<number | string | null>((resolve) =>
    child.once('exit', (code, signalName) => resolve(signalName ?? code)),
  );
  const printed = await text(child.stdout);
  return { lines: printed.split('\n').filter((line) => line !== ''), ending: await ended };
}
