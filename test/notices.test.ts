import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';

interface Notices {
  readonly composeNotices: (packageFolders: readonly string[], suppliedFolder: string) => string;
  readonly bundledPackages: (metafile: unknown, outputs: readonly string[], folder: string) => string[];
  readonly noticesOfPackage: () => string;
}

// Plain JavaScript, as all scripts are.
const scripts = resolve(import.meta.dirname, '../scripts');
const notices = (await import(pathToFileURL(join(scripts, 'notices.mjs')).href)) as Notices;
const folder = mkdtempSync(join(tmpdir(), 'sotto-notices-'));
const supplied = join(folder, 'licences');
mkdirSync(supplied);
afterAll(() => rmSync(folder, { recursive: true }));

function makePackage(name: string, manifest: object, files: Readonly<Record<string, string>> = {}): string {
  const path = join(folder, 'node_modules', name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
  Object.entries(files).forEach(([file, text]) => writeFileSync(join(path, file), text));
  return path;
}

test('a package without a licence text fails, by name, until its text is supplied', () => {
  const complete = makePackage('complete', { license: 'MIT' }, { 'LICENSE.md': 'Complete text' });
  const silent = makePackage('silent', { license: 'MIT' }, { 'README.md': 'MIT, really' });
  expect(() => notices.composeNotices([complete, silent], supplied)).toThrow(
    /without a licence text:\n {2}silent 1/,
  );
  writeFileSync(join(supplied, 'silent.txt'), 'Silent text');
  const text = notices.composeNotices([silent, complete], supplied);
  expect(text).toMatch(/complete 1\.0\.0 \(MIT\)\n\nComplete text[^]*silent 1\.0\.0 \(MIT\)\n\nSilent text/);
});

test('a package that does not say what its licence is fails', () => {
  const nameless = makePackage('nameless', {}, { LICENSE: 'Some text' });
  expect(() => notices.composeNotices([nameless], supplied)).toThrow('nameless 1.0.0');
});

test('only packages of which code is in what ships are listed, also those inside of others', () => {
  const inputs = {
    'src/main.ts': { bytesInOutput: 10 },
    'node_modules/used/lib/index.js': { bytesInOutput: 10 },
    'node_modules/@scope/used/index.js': { bytesInOutput: 1 },
    'node_modules/used/node_modules/inner/index.js': { bytesInOutput: 5 },
    'node_modules/shaken/index.js': { bytesInOutput: 0 },
  };
  const outputs = {
    shipped: { inputs },
    other: { inputs: { 'node_modules/not/a.js': { bytesInOutput: 9 } } },
  };
  expect(notices.bundledPackages({ outputs }, ['shipped'], '/root')).toEqual(
    ['used', '@scope/used', 'used/node_modules/inner'].map((name) => join('/root/node_modules', name)),
  );
});

test('every package of the present build has its text, those that are not bundled too', () => {
  const text = notices.noticesOfPackage();
  const manifest = JSON.parse(readFileSync(resolve(scripts, '../package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  const inTerminalOnly = ['cli-progress', 'commander', 'diff'];
  const missing = Object.entries(manifest.dependencies)
    .filter(([name, version]) => !text.includes(`\n${name} ${version} (`))
    .map(([name]) => name);
  expect(inTerminalOnly).toEqual(expect.arrayContaining(missing));
});
