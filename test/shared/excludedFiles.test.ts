import { expect, test } from 'vitest';
import { createExclusion } from '../../src/shared/excludedFiles';

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
