import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import type { Progress } from '../../src/base/progress';
import { prepareModel } from '../../src/model/prepare';
import { checkPreparedFolder, writeManifest } from '../../src/model/preparedFolder';
import { decodeSpecification } from '../../src/tokenizer/specification';
import { tinyChatTemplate, writeTinyModel } from '../support/tinyModel';
import { tinyVocabulary } from '../support/tinyVocabulary';

const root = mkdtempSync(join(tmpdir(), 'sotto-prepare-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let cache: string;
let source: string;
let sha256: string;
beforeEach(async () => {
  cache = mkdtempSync(join(root, 'cache-'));
  source = join(cache, 'tiny.gguf');
  await writeTinyModel({ architecture: 'qwen2', seed: 1 }, source);
  sha256 = createHash('sha256').update(readFileSync(source)).digest('hex');
});

test('the folder holds what the manifest says, and is found again without work', async () => {
  const { model, progress } = await prepare();
  const { manifest, folder } = model;
  expect(manifest.sourceName).toBe('tiny.gguf');
  expect(manifest.sourceSha256).toBe(sha256);
  expect(manifest.positionLimit).toBe(512);
  expect(manifest.chatTemplate).toBe(tinyChatTemplate);
  for (const { name, byteCount, sha256: expected } of Object.values(manifest.files)) {
    const bytes = readFileSync(join(folder, name));
    expect(bytes.length).toBe(byteCount);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected);
  }
  expect(decodeSpecification(readFileSync(join(folder, 'tokenizer.bin'))).tokenBytes).toHaveLength(
    tinyVocabulary.tokens.length,
  );
  expect(progress.at(-1)?.doneCount).toBe(progress.at(-1)?.totalCount);
  expect(progress.map(({ doneCount }) => doneCount)).toEqual(
    progress.map((p) => p.doneCount).sort((a, b) => a - b),
  );

  const again = await prepare();
  expect(again.progress).toEqual([]);
  expect(again.model).toEqual(model);
  expect(await checkPreparedFolder(folder, silentLogger, neverAborted)).toEqual(manifest);
  expect(readdirSync(join(cache, 'prepared'))).toHaveLength(1);
});

test.each<[string, (file: (name: string) => string) => void]>([
  ['the manifest is gone', (file) => rmSync(file('manifest.json'))],
  ['the manifest is cut', (file) => truncateSync(file('manifest.json'), 100)],
  ['the weights are gone', (file) => rmSync(file('weights.bin'))],
  ['the weights are short', (file) => truncateSync(file('weights.bin'), 4096)],
  ['a byte of the weights is changed', (file) => changeByte(file('weights.bin'), 70_000)],
  ['a byte of the graph is changed', (file) => changeByte(file('model.onnx'), 1000)],
  ['a byte of the vocabulary is changed', (file) => changeByte(file('tokenizer.bin'), 900)],
  ['the vocabulary has more bytes', (file) => appendFileSync(file('tokenizer.bin'), 'x')],
  [
    'a digit of the manifest is changed',
    (file) => replaceIn(file('manifest.json'), '"layerCount": 2', '"layerCount": 3'),
  ],
])('a damaged folder is refused and made again: %s', async (_, damage) => {
  const { model } = await prepare();
  const weights = readFileSync(join(model.folder, 'weights.bin'));
  damage((name) => join(model.folder, name));

  expect(await checkPreparedFolder(model.folder, silentLogger, neverAborted)).toBeUndefined();
  const again = await prepare();
  expect(again.progress.length).toBeGreaterThan(0);
  expect(readFileSync(join(model.folder, 'weights.bin')).equals(weights)).toBe(true);
});

test('a folder of another version is made again', async () => {
  const { model } = await prepare();
  await writeManifest(model.folder, { ...model.manifest, graphVersion: 99 });
  expect((await prepare()).progress.length).toBeGreaterThan(0);
});

test('weights with another time but the same bytes are accepted, and the time is remembered', async () => {
  const { model } = await prepare();
  utimesSync(join(model.folder, 'weights.bin'), 1_000, 1_000);
  const opened = await checkPreparedFolder(model.folder, silentLogger, neverAborted);
  expect(opened?.files.weights.sha256).toBe(model.manifest.files.weights.sha256);
  expect(readFileSync(join(model.folder, 'manifest.json'), 'utf8')).toContain('"modifiedTimeMs": 1000000');
});

test('aborting midway leaves nothing behind', async () => {
  const controller = new AbortController();
  const reason = new Error('the user went away');
  const options = { report: () => controller.abort(reason), logger: silentLogger };
  await expect(prepareModel(source, sha256, cache, options, controller.signal)).rejects.toBe(reason);
  expect(readdirSync(join(cache, 'prepared'))).toEqual([]);
});

test('a damaged model leaves nothing behind', async () => {
  truncateSync(source, 20_000);
  await expect(prepare()).rejects.toMatchObject({ code: 'damaged-model' });
  expect(readdirSync(join(cache, 'prepared'))).toEqual([]);
});

test('several at once make one folder', async () => {
  const results = await Promise.all([prepare(), prepare(), prepare()]);
  expect(results.filter(({ progress }) => progress.length > 0)).toHaveLength(1);
  expect(new Set(results.map(({ model }) => model.folder)).size).toBe(1);
  expect(readdirSync(join(cache, 'prepared'))).toHaveLength(1);
});

test('left-over folders of dead processes and folders of other versions are removed', async () => {
  const prepared = join(cache, 'prepared');
  const otherModel = `${'0'.repeat(64)}-v1`;
  const stale = [`${sha256}-v1.999-abc.partial`, `${otherModel}.998-abc.partial`, `${sha256}-v0`];
  for (const name of [...stale, otherModel, `${otherModel}.lock`]) {
    mkdirSync(join(prepared, name), { recursive: true });
    writeFileSync(join(prepared, name, 'weights.bin'), 'old');
  }
  utimesSync(join(prepared, `${otherModel}.lock`), 1_000, 1_000); // A lock that nobody touches any more.
  await prepare();
  expect(stale.filter((name) => existsSync(join(prepared, name)))).toEqual([]);
  expect(existsSync(join(prepared, otherModel))).toBe(true);
});

test('a folder in the making whose lock is held is left alone', async () => {
  const prepared = join(cache, 'prepared');
  const otherModel = `${'0'.repeat(64)}-v1`;
  const alive = `${otherModel}.998-abc.partial`;
  mkdirSync(join(prepared, alive), { recursive: true });
  mkdirSync(join(prepared, `${otherModel}.lock`));
  await prepare();
  expect(existsSync(join(prepared, alive))).toBe(true);
});

async function prepare() {
  const progress: Progress[] = [];
  const options = { report: (step: Progress) => progress.push(step), logger: silentLogger };
  return { model: await prepareModel(source, sha256, cache, options, neverAborted), progress };
}

function changeByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 0x10;
  writeFileSync(path, bytes);
}

function replaceIn(path: string, text: string, replacement: string): void {
  const before = readFileSync(path, 'utf8');
  expect(before).toContain(text);
  writeFileSync(path, before.replace(text, replacement));
}
