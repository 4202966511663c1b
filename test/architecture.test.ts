import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

const sourceRoot = resolve(import.meta.dirname, '../src');

/** Who may import whom, by top folder of src/. `type:x` allows only `import type` from x. */
const allowedFolders: Readonly<Record<string, readonly string[]>> = {
  base: [],
  link: ['base'],
  shared: ['type:base'],
  tokenizer: ['base'],
  model: ['base', 'tokenizer'],
  engine: ['base', 'type:model'],
  syntax: ['base'],
  features: ['base', 'tokenizer', 'syntax', 'type:engine'],
  runtime: ['base', 'tokenizer', 'model', 'engine', 'syntax'],
  server: ['base', 'shared', 'link', 'tokenizer', 'model', 'type:engine', 'runtime', 'features', 'syntax'],
  cli: ['base', 'shared', 'tokenizer', 'model', 'type:engine', 'runtime', 'features', 'syntax'],
  client: ['shared', 'base', 'link'],
};

/** Packages that only some places may import: a module or folder of src/ for each. */
const packageOwners: Readonly<Record<string, readonly string[]>> = {
  koffi: ['engine/ortApi.ts'],
  tiktoken: ['tokenizer/'],
  '@huggingface/jinja': ['features/chat/'],
  '@vscode/tree-sitter-wasm': ['syntax/'],
  vscode: ['client/'],
  'vscode-languageclient': ['client/'],
  'vscode-languageserver': ['server/'],
  'vscode-languageserver-textdocument': ['server/'],
  '@huggingface/gguf': ['model/gguf/'],
  protobufjs: ['model/graph/'],
};

/** Features are functions of text: no files, no processes, no network. */
const featureForbidden = /^node:(fs|child_process|net|http|https|worker_threads|os)/;

interface Import {
  readonly file: string; // relative to src/, with forward slashes
  readonly specifier: string;
  readonly typeOnly: boolean;
}

test('every import follows the table of layers', () => {
  const violations = collectImports().flatMap(findViolation);
  expect(violations).toEqual([]);
});

test('the table names exactly the folders that exist', () => {
  const folders = readdirSync(sourceRoot, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    expect(Object.keys(allowedFolders)).toContain(name);
  }
});

test('ARCHITECTURE.md shows the same tables', () => {
  const page = readFileSync(resolve(sourceRoot, '../ARCHITECTURE.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\w+) \| (.+) \|$/gm)].filter(([, folder]) => folder !== 'folder');
  expect(Object.fromEntries(rows.map(([, folder, cell]) => [folder, cell]))).toEqual(
    Object.fromEntries(
      Object.entries(allowedFolders).map(([folder, allowed]) => [
        folder,
        allowed.map((name) => name.replace('type:', 'types of ')).join(', ') || 'nothing of ours',
      ]),
    ),
  );
  const sentence = page.slice(page.indexOf('Packages with one owner:'), page.indexOf('## Invariants'));
  const owners = [...sentence.matchAll(/`([^`]+)`\s([\w/.]+?)\.?(?=\s)/g)];
  expect(Object.fromEntries(owners.map(([, name, owner]) => [name, owner]))).toEqual(
    Object.fromEntries(Object.entries(packageOwners).map(([name, places]) => [name, places.join(', ')])),
  );
});

function findViolation({ file, specifier, typeOnly }: Import): string[] {
  const folder = file.split('/')[0] ?? '';
  if (specifier.startsWith('.')) {
    const target = relative(sourceRoot, resolve(sourceRoot, dirname(file), specifier)).split(sep)[0] ?? '';
    const allowed = allowedFolders[folder] ?? [];
    const fine =
      target === folder || allowed.includes(target) || (typeOnly && allowed.includes(`type:${target}`));
    return fine ? [] : [`${file} must not import ${specifier}`];
  }
  if (folder === 'features' && featureForbidden.test(specifier)) {
    return [`${file} must not import ${specifier}`];
  }
  const packageName = specifier.startsWith('@')
    ? specifier.split('/').slice(0, 2).join('/')
    : (specifier.split('/')[0] ?? '');
  const owners = packageOwners[packageName];
  return owners === undefined || owners.some((owner) => file.startsWith(owner))
    ? []
    : [`${file} must not import the package ${specifier}`];
}

function collectImports(): Import[] {
  const files = readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.flatMap((name) => {
    const text = readFileSync(join(sourceRoot, name), 'utf8');
    const statements = text.matchAll(
      /^(?:import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
    );
    return [...statements].map((match) => ({
      file: name.split(sep).join('/'),
      specifier: match[2] ?? match[3] ?? match[4] ?? '',
      typeOnly: match[1] !== undefined,
    }));
  });
}
