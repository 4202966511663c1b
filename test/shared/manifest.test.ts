import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findCatalogEntry } from '../../src/model/catalog';
import { commandIds } from '../../src/client/commandIds';
import { acceptedCommand } from '../../src/shared/protocol';
import { parseSettings, settingDefinitions, settingKeys } from '../../src/shared/settings';

interface Property {
  readonly default: unknown;
  readonly markdownDescription: string;
  readonly [keyword: string]: unknown;
}

interface Manifest {
  readonly main: string;
  readonly icon: string;
  readonly capabilities: {
    untrustedWorkspaces: { description: string; restrictedConfigurations: string[]; supported: string };
  };
  readonly contributes: {
    readonly commands: readonly { command: string; title: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Property>> };
    readonly grammars: readonly { path: string; language: string }[];
    readonly languages: readonly { id: string }[];
    readonly walkthroughs: readonly {
      steps: readonly { description: string; media: { markdown: string }; completionEvents?: string[] }[];
    }[];
    readonly keybindings?: unknown;
  };
}

const root = resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const { properties } = manifest.contributes.configuration;

test('package.json declares exactly the settings that the code knows', () => {
  expect(Object.keys(properties).toSorted()).toEqual(
    settingKeys()
      .map((key) => `sotto.${key}`)
      .toSorted(),
  );
  expect(settingKeys().length).toBeLessThanOrEqual(25);
});

test('the settings editor shows the settings in the order of package.json', () => {
  const orders = Object.values(properties).map((property) => property['order']);
  expect(orders).toEqual(orders.map((_, index) => index + 1));
});

test.each(settingKeys())('package.json agrees with the code on %s', (key) => {
  const { defaultValue, schema } = settingDefinitions[key];
  const property = properties[`sotto.${key}`];
  expect(property?.default).toEqual(defaultValue);
  const declared = Object.fromEntries(
    Object.entries(property ?? {}).filter(([keyword]) =>
      ['type', 'minimum', 'maximum', 'enum', 'items', 'additionalProperties'].includes(keyword),
    ),
  );
  expect(declared).toEqual(schema);
  expect(property?.markdownDescription.length).toBeGreaterThan(40);
});

test('the defaults of package.json, read as a user without settings would, are the defaults of the code', () => {
  const read = parseSettings((key) => properties[`sotto.${key}`]?.default);
  expect(read).toEqual(parseSettings(() => undefined));
});

test('package.json declares exactly the commands that are registered', () => {
  const declared = manifest.contributes.commands.map(({ command }) => command);
  expect(declared.toSorted()).toEqual([...commandIds].toSorted());
  expect(declared).not.toContain(acceptedCommand);
});

test('the walkthrough names only commands that exist', () => {
  const steps = manifest.contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
  const named = steps.flatMap(({ description, completionEvents = [] }) => [
    ...[...description.matchAll(/command:(sotto\.\w+)/g)].map((match) => match[1]),
    ...completionEvents.map((event) => event.replace('onCommand:', '')),
  ]);
  expect(
    named.filter((command) => !(commandIds as readonly (string | undefined)[]).includes(command)),
  ).toEqual([]);
});

test('messages name commands by their titles', () => {
  const titles = manifest.contributes.commands.map(({ title }) => title.replace('…', ''));
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'));
  const named = sources.flatMap((text) => [...text.matchAll(/"Sotto: ([^"]+)"/g)].map(([, title]) => title));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((title) => !titles.includes(title?.replace('…', '') ?? ''))).toEqual([]);
});

test('every file that package.json names exists, the bundles apart', () => {
  const { grammars, walkthroughs } = manifest.contributes;
  const files = [
    manifest.icon,
    ...grammars.map(({ path }) => path),
    ...walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
  ];
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('no key is taken', () => {
  expect(manifest.contributes.keybindings).toBeUndefined();
});

test('a workspace that is not trusted chooses neither paths nor what is run, and a trusted one not for other machines', () => {
  const pathSettings = settingKeys().filter((key) => /path|file|folder|command|executable|python/i.test(key));
  const keys = pathSettings.filter((key) => key !== 'context.otherFiles').map((key) => `sotto.${key}`);
  expect(keys.toSorted()).toEqual(['sotto.cacheFolder', 'sotto.excludedFiles', 'sotto.modelPath']);
  const { description, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  expect(restrictedConfigurations).toEqual(expect.arrayContaining(keys));
  // What is said of such a workspace, and what makes it true.
  const restrictedBy: Readonly<Record<string, readonly string[]>> = {
    'no model': ['sotto.model', 'sotto.modelPath'],
    'no device': ['sotto.device'],
    'no cache folder': ['sotto.cacheFolder'],
    'no excluded files': ['sotto.excludedFiles'],
  };
  const [, promised = ''] = /the workspace chooses (.*)\.$/.exec(description) ?? [];
  expect(promised.split(/, | and /)).toEqual(Object.keys(restrictedBy));
  expect(restrictedConfigurations.toSorted()).toEqual(Object.values(restrictedBy).flat().toSorted());
  // Where a file lies differs between machines, unlike what is excluded.
  for (const key of ['sotto.cacheFolder', 'sotto.modelPath', 'sotto.device']) {
    expect(properties[key]?.['scope']).toBe('machine-overridable');
  }
  expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
});

test('no other setting can hold a path', () => {
  const free = settingKeys().filter((key) =>
    ['string', 'array'].includes(String(settingDefinitions[key].schema['type'])),
  );
  const open = free.filter((key) => settingDefinitions[key].schema['enum'] === undefined);
  // `model` is a name in the catalog: any other text is refused where it is looked up.
  expect(open.toSorted()).toEqual(['cacheFolder', 'excludedFiles', 'model', 'modelPath']);
  expect(() => findCatalogEntry('/tmp/model.gguf')).toThrow(/catalog|model/i);
});
