import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';

interface Setup {
  readonly shellLine: (command: string, commandArguments: readonly string[]) => string;
}

// Plain JavaScript, as all scripts are.
const path = resolve(import.meta.dirname, '../../scripts/setup.mjs');
const { shellLine } = (await import(pathToFileURL(path).href)) as Setup;
const folder = mkdtempSync(join(tmpdir(), 'sotto with a space '));
afterAll(() => rmSync(folder, { recursive: true }));

test('what a shell starts gets its arguments whole, whatever folder they are in', () => {
  const script = join(folder, 'print.mjs');
  writeFileSync(script, 'console.log(JSON.stringify(process.argv.slice(2)));');
  const words = [`--path=${folder}`, 'two words'];
  const { stdout } = spawnSync(shellLine('node', [script, ...words]), { shell: true, encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual(words);
});
