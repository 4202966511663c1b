// The commands `explain` and `document` as a user runs them, on a tiny model: what they print, save and refuse.
import { applyPatch } from 'diff';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCommandLine, type CommandLineResult } from '../support/commandLine';
import { writeTinyModel } from '../support/tinyModel';

const code = [
  '/** Has one. */',
  'export function first(a: number): number {',
  '  return a;',
  '}',
  '',
  'export function second(left: string, right = 1): string {',
  '  return left.repeat(right);',
  '}',
  '',
].join('\r\n');

let folder: string;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-cli-'));
  file = join(folder, 'text.ts');
  await writeTinyModel({ seed: 1, architecture: 'qwen2', contextLength: 4096 }, join(folder, 'tiny.gguf'));
  writeFileSync(file, code);
  // The first run prepares the model; the others find it.
  await run('explain', `${file}:6`);
}, 60_000);

beforeEach(() => writeFileSync(file, code));

afterAll(() => rmSync(folder, { recursive: true }));

test('explain prints the explanation of the symbol on a line, and of lines', async () => {
  for (const place of [`${file}:6`, `${file}:6-7`]) {
    const { exitCode, stdout, stderr } = await run('explain', place);
    expect(stderr).not.toMatch(/failed|Error/);
    expect(exitCode).toBe(0);
    expect(stdout.trim()).not.toBe('');
  }
});

test('document prints a patch and leaves the file as it is', async () => {
  const { exitCode, stdout } = await run('document', `${file}:7`);
  expect(exitCode).toBe(0);
  expect(stdout.match(/^\+ \* @\w+ \w*/gm)).toEqual([
    '+ * @param left',
    '+ * @param right',
    '+ * @returns The',
  ]);
  expect(stdout).not.toMatch(/^[-+].*first/m);
  expect(readFileSync(file, 'utf8')).toBe(code);
});

test('with --write it saves exactly what the patch says, with the line ends of the file', async () => {
  const { exitCode, stdout } = await run('document', `${file}:1-8`, '--write');
  expect(exitCode).toBe(0);
  const written = readFileSync(file, 'utf8');
  expect(written).toMatch(/\r\n\/\*\*\r\n[^]* \*\/\r\nexport function second/);
  expect(written.replaceAll('\r\n', '')).not.toContain('\n');
  expect(applyPatch(code, stdout)).toBe(written);
  const lastLine = written.split('\n').length;
  const again = await run('document', `${file}:1-${lastLine}`, '--write');
  expect(again.stderr).toContain('Every symbol there has a complete comment already.');
  expect(readFileSync(file, 'utf8')).toBe(written);
});

test('document at a line outside of every symbol comments the file, and the patch applies', async () => {
  const header = join(folder, 'shape.h');
  const text = '/* Copyright 2026 */\r\n#pragma once\r\n\r\nint area(int r);\r\n';
  writeFileSync(header, text);
  const { exitCode, stdout } = await run('document', `${header}:2`, '--write');
  expect(exitCode).toBe(0);
  const written = readFileSync(header, 'utf8');
  expect(written).toMatch(
    /^\/\* Copyright 2026 \*\/\r\n\r\n\/\*\*\r\n \* @file shape\.h\r\n \* @brief [^\n]+\r\n \*\/\r\n\r\n#pragma once\r\n/,
  );
  expect(applyPatch(text, stdout)).toBe(written);
  const again = await run('document', `${header}:8`);
  expect(again.stderr).toContain('complete comment already');
});

test('with --write a byte order mark stays the first of the file', async () => {
  const marked = join(folder, 'marked.ts');
  const text = '\uFEFFexport function one(a: number): number {\n  return a;\n}\n';
  writeFileSync(marked, text);
  const { exitCode, stdout } = await run('document', `${marked}:1`, '--write');
  expect(exitCode).toBe(0);
  const written = readFileSync(marked, 'utf8');
  expect(written).toMatch(/^\uFEFF\/\*\*\n[^\uFEFF]+ \*\/\nexport function one/);
  expect(applyPatch(text, stdout)).toBe(written);
});

test('with --write a file that is not UTF-8 is refused and stays as it is', async () => {
  const latin = join(folder, 'latin.ts');
  const bytes = Buffer.from(
    "export function greet(): string {\n  return 'Gr\u00fcetzi to everybody here';\n}\n",
    'latin1',
  );
  writeFileSync(latin, bytes);
  const { exitCode, stdout, stderr } = await run('document', `${latin}:1`, '--write');
  expect(stderr).toContain('is not UTF-8');
  expect(exitCode).toBe(1);
  expect(stdout).toBe('');
  expect(readFileSync(latin).equals(bytes)).toBe(true);
  expect((await run('document', `${latin}:1`)).exitCode).toBe(0);
});

test.each([
  ['explain', 'nowhere.ts:1', 1, 'could not be read'],
  ['explain', 'text.ts', 1, 'FILE:START-END'],
  ['explain', 'text.ts:99', 1, 'has 9 lines, not 99'],
  ['explain', 'text.ts:5', 1, 'no function, class or other symbol'],
  ['document', 'notes.md:1', 1, 'cannot document files of the language'],
  ['document', 'image.py:1', 1, 'not text'],
  ['document', 'Shape.cs:1', 1, 'Place the cursor in a class'],
  ['document', 'Shapes.java:1', 1, 'package-info.java'],
  ['document', '', 2, 'missing required argument'],
])('%s %s: exit code %i and a sentence', async (command, place, expectedCode, message) => {
  writeFileSync(join(folder, 'notes.md'), '# Notes\n');
  writeFileSync(join(folder, 'Shape.cs'), 'using System;\nnamespace A;\nclass Shape {}\n');
  writeFileSync(join(folder, 'Shapes.java'), 'package a;\nclass Circle {}\nclass Square {}\n');
  writeFileSync(join(folder, 'image.py'), '\0\u0001\0'.repeat(100));
  const { exitCode, stdout, stderr } = await run(command, ...(place === '' ? [] : [join(folder, place)]));
  expect(stderr).toContain(message);
  expect(exitCode).toBe(expectedCode);
  expect(stdout).toBe('');
});

function run(...words: string[]): Promise<CommandLineResult> {
  return runCommandLine(words, { home: folder });
}
