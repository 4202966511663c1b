import { expect, test } from 'vitest';
import { createExclusion } from '../../src/shared/excludedFiles';
import { settingDefinitions } from '../../src/shared/settings';

const folders = ['file:///home/me/project', 'file:///c%3A/work/my%20app', 'vscode-vfs://github/me/remote'];

test.each([
  ['/home/me/project/private/**', 'file:///home/me/project/private/a/b.ts', true],
  ['/home/me/project/private', 'file:///home/me/project/private/a.ts', true],
  ['/home/me/project/private/**', 'file:///home/me/project/public/a.ts', false],
  ['**/private/**', 'file:///home/me/project/src/private/a.ts', true],
  ['**/private', 'file:///home/me/project/src/private/a/b.ts', true],
  ['**/private', 'file:///home/me/project/src/private.ts', false],
  ['private/**', 'file:///home/me/project/private/a.ts', true],
  ['./private/', 'file:///home/me/project/private/a.ts', true],
  ['/private', 'file:///home/me/project/private/a.ts', true],
  ['private/**', 'file:///home/me/project/src/private/a.ts', false],
  ['private/**', 'vscode-vfs://github/me/remote/private/a.ts', true],
  ['src/private/**', 'file:///c%3A/work/my%20app/src/private/a.ts', true],
  ['*.sql', 'file:///home/me/project/db/schema.sql', true],
  ['*.sql', 'file:///home/me/project/db/schema.sql.ts', false],
  ['private', 'file:///home/me/project/src/private/a.ts', true],
  ['private', 'file:///home/me/project/src/privates/a.ts', false],
  ['private/', 'file:///home/me/project/src/private/a.ts', true],
  ['.env', 'file:///home/me/project/.env', true],
  ['C:\\work\\my app\\**', 'file:///c%3A/work/my%20app/src/a.ts', true],
  ['c:/work/my app', 'file:///C:/work/my%20app/src/a.ts', true],
  ['src\\private', 'file:///c%3A/work/my%20app/src/private/a.ts', true],
  ['\\\\server\\share\\**', 'file://server/share/a.ts', true],
  ['notes.txt', 'untitled:notes.txt', true],
])('%s and %s: %s', (glob, uri, excluded) => {
  expect(createExclusion([glob], folders)(uri)).toBe(excluded);
});

test('of a file in no folder of the window, any folder above may be the one that a glob begins at', () => {
  expect(createExclusion(['private/**'])('file:///home/me/private/a.ts')).toBe(true);
  expect(createExclusion(['private/**'], folders)('file:///home/you/private/a.ts')).toBe(true);
});

test('a glob after ! takes out what those before it exclude', () => {
  const isExcluded = createExclusion(['.env.*', '!.env.example', 'old'], folders);
  expect(isExcluded('file:///home/me/project/.env.production')).toBe(true);
  expect(isExcluded('file:///home/me/project/.env.example')).toBe(false);
  expect(isExcluded('file:///home/me/project/old/.env.example')).toBe(true);
  expect(isExcluded('file:///home/me/project/main.ts')).toBe(false);
});

test.each([
  ['/home/me/app/.env', true],
  ['/home/me/app/.env.production', true],
  ['/home/me/app/prod.env', true],
  ['/home/me/app/.envrc', true],
  ['/home/me/app/environment.ts', false],
  ['/home/me/.ssh/config', true],
  ['/home/me/.aws/credentials', true],
  ['/home/me/backup/id_rsa', true],
  ['/home/me/id_ed25519.pub', true],
  ['/srv/tls/server.pem', true],
  ['/srv/tls/x.crt', true],
  ['/home/me/app/config/credentials.yml', true],
  ['/home/me/app/config/credentials', true],
  ['/home/me/app/client_secret_42.json', true],
  ['/home/me/app/my-secret.properties', true],
  ['/home/me/app/production.tfvars', true],
  ['/home/me/app/production.tfvars.json', true],
  ['/home/me/.npmrc', true],
  ['/home/me/app/src/secrets.ts', false],
  ['/home/me/app/src/secrets/manager.ts', false],
  ['/home/me/app/src/secrets/production.env', true],
  ['/home/me/app/src/keyboard.ts', false],
  ['/home/me/My%20App/.env', true],
  ['/home/me/app/jquery.min.js', true],
])('by default, %s: %s', (path, excluded) => {
  const { defaultValue } = settingDefinitions.excludedFiles;
  expect(createExclusion(defaultValue, folders)(`file://${path}`)).toBe(excluded);
});
