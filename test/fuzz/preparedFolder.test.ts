// A prepared folder whose files were damaged or edited: it is used as it was made or not at all.
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import type { ModelManifest } from '../../src/model/manifest';
import { prepareModel } from '../../src/model/prepare';
import { checkPreparedFolder } from '../../src/model/preparedFolder';
import { decodeSpecification } from '../../src/tokenizer/specification';
import { mutationsOf } from '../support/jsonMutation';
import { encodeTinyModel } from '../support/tinyModel';

const root = mkdtempSync(join(tmpdir(), 'sotto-fuzz-prepared-'));
const folder = join(root, 'copy');
let good: string;
let manifest: ModelManifest;
let manifestText: string;
beforeAll(async () => {
  const bytes = await encodeTinyModel({ architecture: 'qwen2', seed: 3, hiddenSize: 128, layerCount: 1 });
  writeFileSync(join(root, 'tiny.gguf'), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const quiet = { report: () => {}, logger: silentLogger };
  const model = await prepareModel(join(root, 'tiny.gguf'), sha256, root, quiet, neverAborted);
  good = model.folder;
  manifest = model.manifest;
  manifestText = readFileSync(join(good, 'manifest.json'), 'utf8');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function copyFolder(): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(good, folder, { recursive: true, preserveTimestamps: true });
}

test('the folder itself is found', async () => {
  copyFolder();
  expect(await check()).toEqual(manifest);
});

test.each(['model.onnx', 'tokenizer.bin'])('any changed byte of %s is noticed', async (name) => {
  copyFolder();
  const bytes = readFileSync(join(good, name));
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = Buffer.from(bytes);
      damaged[at % bytes.length]! ^= change;
      writeFileSync(join(folder, name), damaged);
      expect(await check()).toBeUndefined();
    }),
    { numRuns: 60, seed: 21 },
  );
});

test('a manifest of changed letters is refused', async () => {
  copyFolder();
  const change = fc.record({ at: fc.nat(), value: fc.integer({ min: 32, max: 126 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const letters = [...manifestText];
      changes.forEach(({ at, value }) => (letters[at % letters.length] = String.fromCharCode(value)));
      await expectRefused(letters.join(''));
    }),
    { numRuns: 300, seed: 22 },
  );
});

test('a manifest with foreign values is refused', async () => {
  copyFolder();
  await fc.assert(
    fc.asyncProperty(mutationsOf([JSON.parse(manifestText)]), async (changed) => {
      await expectRefused(JSON.stringify(changed));
    }),
    { numRuns: 400, seed: 23 },
  );
});

test('any JSON in place of a manifest is refused', async () => {
  copyFolder();
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      writeFileSync(join(folder, 'manifest.json'), text);
      expect(await check()).toBeUndefined();
    }),
    { numRuns: 200, seed: 24 },
  );
});

test('folders in the place of files are refused', async () => {
  for (const name of ['manifest.json', 'model.onnx', 'weights.bin', 'tokenizer.bin']) {
    copyFolder();
    rmSync(join(folder, name));
    mkdirSync(join(folder, name));
    expect(await check()).toBeUndefined();
  }
});

test('a vocabulary of any bytes is refused, or one', () => {
  const bytes = readFileSync(join(good, 'tokenizer.bin'));
  const change = fc.record({ at: fc.nat({ max: 400 }), value: fc.nat({ max: 0xffff_ffff }) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.nat(), (changes, length) => {
      const damaged = Buffer.from(bytes);
      changes.forEach(({ at, value }) => damaged.writeUInt32LE(value, at - (at % 4)));
      try {
        decodeSpecification(damaged.subarray(0, length % 3 === 0 ? length % bytes.length : undefined));
      } catch (error) {
        expect(error).toMatchObject({ name: 'UserError', code: 'damaged-model' });
      }
    }),
    { numRuns: 1000, seed: 25 },
  );
});

/** A changed manifest is found only where the change is none to JSON: white space, or a letter in its own place. */
async function expectRefused(text: string): Promise<void> {
  writeFileSync(join(folder, 'manifest.json'), text);
  const found = await check();
  if (found !== undefined) {
    expect(JSON.parse(text)).toEqual(JSON.parse(manifestText));
    expect(found).toEqual(manifest);
  }
}

function check(): Promise<ModelManifest | undefined> {
  return checkPreparedFolder(folder, silentLogger, neverAborted);
}
