// SECURITY.md names every access to the network, every file written and every program started. Whoever adds a file to one
// of these lists adds it there, too.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(root, name), 'utf8') }));

function filesWith(pattern: RegExp): string[] {
  return sources
    .filter(({ text }) => pattern.test(text))
    .map(({ name }) => name)
    .toSorted();
}

test('the network is used by one file; a socket of this machine by those that find the shared server', () => {
  expect(
    filesWith(/from '(undici|node:https?|node:http2|node:tls|node:dgram)'|\bfetch\(['"`]|WebSocket/),
  ).toEqual(['model/download/huggingface.ts']);
  expect(filesWith(/from 'node:net'/)).toEqual([
    'link/connect.ts',
    'link/listen.ts',
    'server/sharedServer.ts',
  ]);
});

test('files are written by those that keep the cache, the socket’s folder, and by `document --write`', () => {
  const writing =
    /(?<![.\w])(writeFile|appendFile|createWriteStream|copyFile|rename(?:WhenFree)?|truncate(?=Sync)|openSync)(Sync)?\(/;
  expect(filesWith(writing)).toEqual([
    'base/renameWhenFree.ts',
    'cli/sourceText.ts',
    'link/key.ts',
    'link/sharedServer.ts',
    'model/download/partialFile.ts',
    'model/graph/repackWorker.ts',
    'model/prepare.ts',
    'model/replaceFile.ts',
    'model/verification.ts',
    'runtime/deviceCuda.ts',
    'runtime/deviceMark.ts',
    'runtime/deviceTable.ts',
    'server/sharedServer.ts',
  ]);
});

test('programs are started by the machinery of the server, the download and the devices, and no setting names one', () => {
  expect(filesWith(/from 'node:child_process'/)).toEqual([
    'client/process/serverSource.ts',
    'link/sharedServer.ts',
    'model/download/pipCommand.ts',
    'runtime/deviceDriver.ts',
    'runtime/runProbe.ts',
  ]);
});

test('every host that the code names is in SECURITY.md', () => {
  const page = readFileSync(resolve(root, '../SECURITY.md'), 'utf8');
  const hosts = sources.flatMap(({ text }) =>
    [...text.matchAll(/^[^/*]*'(https?:\/\/[^'/]+)/gm)].map((match) => match[1] ?? ''),
  );
  expect(new Set(hosts)).toEqual(new Set(['https://huggingface.co']));
  hosts.forEach((host) => expect(page).toContain(host));
});
