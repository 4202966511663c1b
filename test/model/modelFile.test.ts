import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { locateCache } from '../../src/model/cache';
import { catalog, defaultModelName, findCatalogEntry } from '../../src/model/catalog';
import { PartialFile } from '../../src/model/download/partialFile';
import {
  checkModelFile,
  ensureModelFile,
  modelFilePath,
  modelFileState,
  resolveOwnModelFile,
} from '../../src/model/modelFile';
import { sendFile, startServer } from '../support/modelServer';
import {
  createModelWorkspace,
  entryFor,
  matching,
  pseudoRandomBytes,
  type ModelWorkspace,
} from '../support/modelWorkspace';
import { canMount, withMount } from '../support/mount';

const content = pseudoRandomBytes(200_000);
const entry = entryFor(content, []);

let workspace: ModelWorkspace;
let userFile: string;

beforeEach(() => {
  workspace = createModelWorkspace();
  userFile = join(workspace.folder, 'mine.gguf');
  writeFileSync(userFile, content);
});

afterEach(() => workspace.dispose());

test('the catalog knows its default, and names what it knows when asked for another', () => {
  expect(findCatalogEntry(defaultModelName)).toBe(catalog[0]);
  expect(() => findCatalogEntry('gpt-9')).toThrow(
    expect.objectContaining({
      code: 'model-not-found',
      advice: matching('qwen2.5-coder-0.5b, qwen2.5-coder-1.5b'),
    }),
  );
});

test('SOTTO_CACHE moves the whole cache', () => {
  const { folder, modelsFolder, preparedFolder, devicesFile } = locateCache({ SOTTO_CACHE: '/somewhere' });
  const resolved = [modelsFolder, preparedFolder, devicesFile].map((path) => path.slice(folder.length + 1));
  expect(resolved).toEqual(['models', 'prepared', 'devices.json']);
  expect(locateCache({ SOTTO_CACHE: '' }).folder).toMatch(/sotto/);
});

test("copies the user's file", async () => {
  await ensure();
  rmSync(userFile);
  expect(readFileSync(modelFilePath(entry, workspace.cache)).equals(content)).toBe(true);
  expect(await modelFileState(entry, workspace.cache)).toEqual({ state: 'verified' });
});

test('names each source with its reason when none has the file', async () => {
  truncateSync(userFile, 5);
  const hub = { kind: 'huggingface', repository: 'maker/tiny-GGUF' } as const;
  const options = workspace.optionsWith({ HF_ENDPOINT: 'http://127.0.0.1:1' }, userFile);
  const failure = ensureModelFile({ ...entry, sources: [hub] }, options, neverAborted);
  await expect(failure).rejects.toMatchObject({
    code: 'download-failed',
    message: matching(
      /\(file .*mine\.gguf: .* has 5 bytes in place of 200000; huggingface maker\/tiny-GGUF: .*ECONNREFUSED/,
    ),
  });
  expect(workspace.logLines.filter((line) => line.includes('skipped a source'))).toHaveLength(2);
});

test('a file put into the cache by hand is verified once and then used', async () => {
  mkdirSync(workspace.cache.modelsFolder, { recursive: true });
  writeFileSync(modelFilePath(entry, workspace.cache), content);
  rmSync(userFile);
  expect(await modelFileState(entry, workspace.cache)).toEqual({ state: 'unverified' });
  await ensure();
  expect(workspace.progress.at(-1)).toMatchObject({ stage: 'verify', doneCount: content.length });
  workspace.progress.length = 0;
  await ensure();
  expect(workspace.progress).toEqual([]);
});

test('a bit that flips later is noticed, and the file fetched again', async () => {
  const path = await ensure();
  const damaged = Buffer.from(content);
  damaged[1234] = (damaged[1234] ?? 0) ^ 1;
  writeFileSync(path, damaged);
  utimesSync(path, new Date(), new Date(Date.now() + 5_000));
  expect(await check()).toMatchObject({ state: 'wrong-hash' });
  await ensure();
  expect(workspace.logLines.join('\n')).toContain('is damaged (wrong-hash)');
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(await check()).toEqual({ state: 'good' });
});

test('a full check finds what size and time hide', async () => {
  const path = await ensure();
  const changed = readFileSync(path);
  changed[7] = (changed[7] ?? 0) ^ 128;
  const when = new Date(2020, 1, 1);
  utimesSync(path, when, when);
  await check();
  writeFileSync(path, changed);
  utimesSync(path, when, when);
  expect(await modelFileState(entry, workspace.cache)).toEqual({ state: 'verified' });
  expect(await check()).toMatchObject({ state: 'wrong-hash' });
  expect(await modelFileState(entry, workspace.cache)).toEqual({ state: 'unverified' });
});

test('the check tells what is missing or short', async () => {
  expect(await check()).toEqual({ state: 'absent' });
  const path = await ensure();
  truncateSync(path, 10);
  expect(await check()).toEqual({ state: 'wrong-size', byteCount: 10 });
});

test('a model outside the catalog is used where it is', async () => {
  writeFileSync(userFile, 'GGUF and the rest');
  expect(await resolveOwnModelFile(userFile)).toBe(userFile);
  writeFileSync(userFile, 'PK');
  await expect(resolveOwnModelFile(userFile)).rejects.toMatchObject({ code: 'unsupported-model' });
  for (const path of ['absent.gguf', '.']) {
    await expect(resolveOwnModelFile(join(workspace.folder, path))).rejects.toMatchObject({
      code: 'file-not-found',
    });
  }
});

describe('two at once', () => {
  const sources = [{ kind: 'huggingface', repository: 'maker/tiny-GGUF' }] as const;
  const shared = { ...entry, sources };

  test('calls of one process: the second waits, says so, and finds the file', async () => {
    const hub = await startServer((request, response) => {
      setTimeout(() => sendFile(request, response, content), 300);
    });
    const options = workspace.optionsWith({ HF_ENDPOINT: hub.url });
    const paths = await Promise.all([1, 2].map(() => ensureModelFile(shared, options, neverAborted)));
    expect(new Set(paths)).toEqual(new Set([modelFilePath(entry, workspace.cache)]));
    expect(hub.requests).toHaveLength(1);
    expect(workspace.logLines.join('\n')).toContain('another process is fetching');
    await hub.close();
  });

  test('processes', async () => {
    const hub = await startServer((request, response) => {
      setTimeout(() => sendFile(request, response, content), 1_500);
    });
    const processes = await Promise.all(
      [1, 2].map(() =>
        runFetchProcess({
          ENTRY: JSON.stringify(shared),
          HF_ENDPOINT: hub.url,
          SOTTO_CACHE: workspace.cache.folder,
        }),
      ),
    );
    const path = modelFilePath(entry, workspace.cache);
    expect(processes).toEqual([path, path]);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(hub.requests).toHaveLength(1);
    await hub.close();
  });

  test('waiting can be aborted', async () => {
    const hub = await startServer(() => {});
    const options = workspace.optionsWith({ HF_ENDPOINT: hub.url });
    const [first, second] = [new AbortController(), new AbortController()];
    const holder = ensureModelFile(shared, options, first.signal);
    await expect.poll(() => hub.requests.length).toBe(1);
    const waiter = ensureModelFile(shared, options, second.signal);
    await expect.poll(() => workspace.logLines.join('\n')).toContain('another process is fetching');
    second.abort();
    await expect(waiter).rejects.toBe(second.signal.reason);
    first.abort();
    await expect(holder).rejects.toBe(first.signal.reason);
    await hub.close();
  });

  test('the lock of a process that died does not hold forever', async () => {
    const lockFolder = `${modelFilePath(entry, workspace.cache)}.lock`;
    mkdirSync(lockFolder, { recursive: true });
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lockFolder, longAgo, longAgo);
    await ensure();
  });
});

describe('a cache that cannot be written', () => {
  test('below a file', async () => {
    const cache = locateCache({ SOTTO_CACHE: join(userFile, 'cache') });
    const failure = ensureModelFile(entry, { ...workspace.optionsWith({}, userFile), cache }, neverAborted);
    await expect(failure).rejects.toMatchObject({ code: 'cache-not-writable' });
  });

  test.skipIf(!canMount())('on a read-only disk: a good model there is still used (needs root)', async () => {
    await withMount(workspace.folder, 'size=1m', async (folder, remount) => {
      const cache = locateCache({ SOTTO_CACHE: folder });
      const options = { ...workspace.optionsWith({}, userFile), cache };
      mkdirSync(cache.modelsFolder);
      remount('ro');
      await expect(ensureModelFile(entry, options, neverAborted)).rejects.toMatchObject({
        code: 'cache-not-writable',
      });
      remount('rw');
      writeFileSync(modelFilePath(entry, cache), content);
      remount('ro');
      expect(await ensureModelFile(entry, options, neverAborted)).toBe(modelFilePath(entry, cache));
    });
  });

  test.skipIf(!canMount())('on a full disk, before and while writing (needs root)', async () => {
    await withMount(workspace.folder, 'size=100k', async (folder) => {
      const cache = locateCache({ SOTTO_CACHE: folder });
      const options = { ...workspace.optionsWith({}, userFile), cache };
      await expect(ensureModelFile(entry, options, neverAborted)).rejects.toMatchObject({
        code: 'disk-full',
        message: matching(/\d+ KB are needed and \d+ KB are free/),
      });
      const partial = await PartialFile.open(join(folder, 'x.partial'), entry);
      const writing = partial.append(Readable.from([content]), content.length, () => {}, neverAborted);
      await expect(writing).rejects.toMatchObject({ code: 'disk-full' });
      await partial.close();
    });
  });
});

function ensure(): Promise<string> {
  return ensureModelFile(entry, workspace.optionsWith({}, userFile), neverAborted);
}

function check() {
  return checkModelFile(entry, workspace.cache, () => {}, neverAborted);
}

async function runFetchProcess(environment: Record<string, string>): Promise<string> {
  const script = join(import.meta.dirname, '../support/fetchModelProcess.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, NO_PROXY: '*', no_proxy: '*', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}
