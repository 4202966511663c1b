// What the pages say of the repository is so.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { pageNames, readPage, root } from './pages';

const sourceFiles = ['src', 'test', 'bench', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
    join(folder, path).replaceAll('\\', '/'),
  ),
);

test('ARCHITECTURE.md can be read in one sitting', () => {
  expect(readPage('ARCHITECTURE.md').split('\n').length - 1).toBeLessThanOrEqual(150);
});

test('the tree of ARCHITECTURE.md is that of the repository', () => {
  const [, tree = ''] = /## The tree\n\n```\n([^]*?)```/.exec(readPage('ARCHITECTURE.md')) ?? [];
  const named = new Set<string>();
  let folders: string[] = [];
  for (const line of tree.split('\n').filter((text) => text !== '')) {
    const [, indentation = '', name, rest = ''] = /^( {0,4})(?:(\w+)\/\s+)?(.*)$/.exec(
      line.replace(/^(\w+)\/$/, '$1/ '),
    )!;
    if (name !== undefined) {
      folders = [...folders.slice(0, indentation.length / 2), name];
      named.add(folders.join('/'));
    }
    for (const [, inner] of rest.matchAll(/(?<=^|[\s(])(\w+(?:\/|\.ts))(?=[\s,;:)]|$)/g)) {
      named.add(`${folders.join('/')}/${inner!.replace(/\/$/, '')}`);
    }
  }
  expect(named.size).toBeGreaterThan(60);
  expect([...named].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const explained = ['src', 'src/client', 'src/server', 'src/features', 'src/features/completion'];
  const missing = explained
    .flatMap((folder) => readdirSync(join(root, folder), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${entry.parentPath.slice(root.length + 1)}/${entry.name}`.replaceAll('\\', '/'))
    .filter((path) => !named.has(path));
  expect(missing).toEqual([]);
});

test('the README in the package shows no picture and no link that VS Code would not open, and names what lies beside it', async () => {
  const { isAllowed, packagedReadme } = (await import(
    pathToFileURL(join(root, 'scripts/stage.mjs')).href
  )) as { isAllowed: (path: string) => boolean; packagedReadme: (text: string) => string };
  const page = packagedReadme(readPage('README.md'));
  expect(page).not.toMatch(/pictures?\b/i);
  expect([...page.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target)).toEqual(['#measured']);
  const named = [...page.matchAll(/(\w+\.md)/g)].map(([, name = '']) => name);
  expect(named.toSorted()).toEqual(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md']);
  expect(named.filter((name) => !isAllowed(name))).toEqual([]);
});

/** Files of the user's cache, not of this repository. */
const madeInTheCache = new Set(['devices.json']);

test.each([...pageNames, 'SECURITY.md'])('every file that %s names exists', (name) => {
  const page = readPage(name);
  const linked = [...page.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
  const quoted = [...page.matchAll(/`([\w./@-]+)`/g)]
    .map(([, path = '']) => path)
    .filter(
      (path) => /\.(ts|mjs|js|json|md)$/.test(path) || /^(src|test|bench|scripts|media)\/.*\/$/.test(path),
    );
  const isThere = (path: string) =>
    madeInTheCache.has(path) ||
    existsSync(join(root, path)) ||
    sourceFiles.some((file) => (path.includes('/') ? file.endsWith(`/${path}`) : basename(file) === path));
  expect([...linked, ...quoted].filter((path) => !isThere(path))).toEqual([]);
});

type Default = string | number | boolean | Record<string, boolean> | string[];

test('the settings in the README are those of package.json, with their defaults, in its order', () => {
  const manifest = JSON.parse(readPage('package.json')) as {
    contributes: {
      configuration: { properties: Record<string, { readonly default: Default; readonly enum?: string[] }> };
    };
  };
  const section = /## Settings\n([^]*?)\n## /.exec(readPage('README.md'))?.[1] ?? '';
  const rows = [...section.matchAll(/^\| `(sotto\.[\w.]+)` \| (.+?) \| (.+) \|$/gm)];
  const { properties } = manifest.contributes.configuration;
  expect(rows.map(([, key]) => key)).toEqual(Object.keys(properties));
  for (const [, key = '', shownDefault = '', text = ''] of rows) {
    const { default: value, enum: choices = [] } = properties[key]!;
    if (typeof value === 'object') {
      const switchedOff = Object.entries(value).filter(([, on]) => on === false);
      switchedOff.forEach(([language]) => expect(shownDefault).toContain(`\`${language}\``));
    } else {
      expect([key, shownDefault]).toEqual([key, value === '' ? 'empty' : `\`${String(value)}\``]);
    }
    choices.forEach((choice) => expect(text).toContain(`\`${choice}\``));
  }
});

test('every setting and command that a page names exists', () => {
  const manifest = readPage('package.json');
  const settings = pageNames.flatMap((name) =>
    [...readPage(name).matchAll(/`(sotto\.[a-z][\w.]*\w)`/g)].map(([, key = '']) => key),
  );
  expect(settings.filter((key) => !manifest.includes(`"${key}": {`))).toEqual([]);
  const titles = new Set([...manifest.matchAll(/"title": "(.+)"/g)].map(([, title = '']) => title));
  const named = [...pageNames, 'SECURITY.md'].flatMap((name) =>
    [...readPage(name).matchAll(/[*"]Sotto: ([^*"]+)[*"]/g)].map(([, title = '']) =>
      title.replaceAll(/\s+/g, ' '),
    ),
  );
  const known = [...titles].map((title) => title.replace('…', ''));
  expect(named.filter((title) => !known.includes(title.replace('…', '')))).toEqual([]);
});

test('pictures are small, and each stands in the README', () => {
  const pictures = readdirSync(join(root, 'media')).filter(
    (name) => name.endsWith('.png') && name !== 'icon.png',
  );
  expect(pictures.length).toBeGreaterThanOrEqual(4);
  for (const name of pictures) {
    expect(readFileSync(join(root, 'media', name)).length, name).toBeLessThan(120_000);
    expect(readPage('README.md')).toContain(`](media/${name})`);
  }
});
