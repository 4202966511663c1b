import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OrtApi } from '../../src/engine/ortApi';
import { isOutOfMemory, OrtError } from '../../src/engine/ortError';
import { ortLibraryPath } from '../../src/engine/ortLibrary';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-ort-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the shipped library has the API version we need', () => {
  expect(OrtApi.load(ortLibraryPath()).version).toMatch(/^1\.\d+\.\d+$/);
});

test('a missing or broken library is a clear error', () => {
  const broken = join(folder, 'broken.so');
  writeFileSync(broken, 'not a library');
  for (const path of [join(folder, 'absent.so'), broken]) {
    expect(() => OrtApi.load(path)).toThrow(
      expect.objectContaining({ name: 'UserError', code: 'engine-library-missing' }) as Error,
    );
  }
});

test.skipIf(spawnSync('cc', ['--version']).status !== 0)('an old library is refused by its version', () => {
  const source = join(folder, 'old.c');
  const library = join(folder, 'old.so');
  writeFileSync(
    source,
    `static const void *get_api(unsigned version) { return version <= 17 ? &get_api : 0; }
     static const char *get_version(void) { return "1.17.3"; }
     static const struct { const void *(*get_api)(unsigned); const char *(*get_version)(void); } base = { get_api, get_version };
     const void *OrtGetApiBase(void) { return &base; }`,
  );
  expect(spawnSync('cc', ['-shared', '-fPIC', '-o', library, source]).status).toBe(0);
  expect(() => OrtApi.load(library)).toThrow(
    expect.objectContaining({
      code: 'engine-library-too-old',
      message: expect.stringContaining('1.17.3') as string,
    }) as Error,
  );
});

test('platforms without a library are named', () => {
  for (const [platform, architecture] of [
    ['darwin', 'x64'],
    ['freebsd', 'x64'],
    ['linux', 'ia32'],
  ] as const) {
    expect(() => ortLibraryPath(platform, architecture)).toThrow(
      expect.objectContaining({ code: 'unsupported-platform' }) as Error,
    );
  }
});

test.each([
  ['std::bad_alloc', true], // GNU and LLVM
  ['Exception during initialization: bad allocation', true], // Microsoft
  ['Failed to allocate memory for requested buffer of size 891289600', true],
  ['Load model from model.onnx failed: Protobuf parsing failed.', false],
])('whether a call failed for lack of memory: %s', (message, expected) => {
  expect(isOutOfMemory(new OrtError('CreateSession', 1, message))).toBe(expected);
});
