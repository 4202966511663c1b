import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { ortLibraryPath } from '../../src/engine/ortLibrary';
import { locateCache, type Cache } from '../../src/model/cache';
import {
  cudaLibraryPath,
  cudaProvider,
  fetchCudaProvider,
  installCudaProvider,
} from '../../src/runtime/deviceCuda';
import { checkInChild } from '../../src/runtime/deviceProbe';

let folder: string;
let cache: Cache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-cuda-'));
  cache = locateCache({ SOTTO_CACHE: join(folder, 'cache') });
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the provider is fetched in the version of the library that ships', () => {
  const { version } = JSON.parse(readFileSync('node_modules/onnxruntime-node/package.json', 'utf8')) as {
    version: string;
  };
  expect(cudaProvider.version).toBe(version);
  expect(cudaProvider.requirement).toBe(`onnxruntime-gpu==${version}`);
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('on Linux', () => {
  function fakeProvider(): string {
    const source = join(folder, 'wheel', 'onnxruntime', 'capi');
    mkdirSync(source, { recursive: true });
    cudaProvider.files.forEach(({ name }) => writeFileSync(join(source, name), 'not a library'));
    return source;
  }

  test('a provider of the user is put beside a copy of our library, where it is found from then on', async () => {
    expect(cudaLibraryPath(cache, {})).toBeUndefined();
    const path = await installCudaProvider(fakeProvider(), cache);
    expect(cudaLibraryPath(cache, {})).toBe(path);
    expect(readFileSync(path).equals(readFileSync(ortLibraryPath()))).toBe(true);
    expect(readdirSync(join(cache.folder, 'cuda'))).toEqual([cudaProvider.version]);
    // The copy looks beside itself, and says what is wrong with what it finds there.
    expect(await checkInChild('cuda', path, silentLogger, neverAborted)).toMatch(/libonnxruntime_providers/);
  });

  test('a folder without the provider is refused by what it lacks, and nothing is left in the cache', async () => {
    await expect(installCudaProvider(folder, cache)).rejects.toMatchObject({
      code: 'file-not-found',
      message: expect.stringContaining('libonnxruntime_providers_cuda.so') as string,
    });
    expect(cudaLibraryPath(cache, {})).toBeUndefined();
  });

  test('a download that grows may take as long as it takes', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const slowPip = `#!/bin/sh
      case "$*" in *--version*) echo 'pip 25'; exit;; esac
      for step in 0 1 2 3 4 5 6 7 8 9; do printf x >> growing; sleep 0.3; done
      mkdir wheels && mv growing wheels/slow.whl
    `;
    writeFileSync(join(bin, 'python3'), slowPip, { mode: 0o755 });
    const environment = { PATH: `${bin}${delimiter}${process.env['PATH']}` };
    await expect(fetchCudaProvider(cache, environment, neverAborted, 2000)).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringMatching(/central directory/) as string, // It came to its end, and is no wheel.
    });
  });

  test('a folder that the environment names comes first', async () => {
    await installCudaProvider(fakeProvider(), cache);
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'libonnxruntime_providers_cuda.so'), '');
    expect(cudaLibraryPath(cache, { SOTTO_CUDA_FOLDER: own })).not.toContain(own); // No library of ours beside it.
    writeFileSync(join(own, 'libonnxruntime.so.1'), '');
    expect(cudaLibraryPath(cache, { SOTTO_CUDA_FOLDER: own })).toBe(join(own, 'libonnxruntime.so.1'));
  });
});
