// Files that were changed behind our back: what we made is made again, what the user gave is refused with the reason.
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchModelRequest } from '../../src/shared/protocol';
import { matching } from '../support/modelWorkspace';
import { createTestUser, type TestUser } from '../support/serverWindow';

let user: TestUser;

beforeEach(async () => {
  user = await createTestUser();
});

afterEach(() => user.dispose());

function preparedFile(name: string): string {
  const [folder] = readdirSync(join(user.cacheFolder, 'prepared'));
  return join(user.cacheFolder, 'prepared', folder ?? '', name);
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 0xff;
  writeFileSync(path, bytes);
}

function replaceIn(name: string, text: string, replacement: string): void {
  const before = readFileSync(preparedFile(name), 'utf8');
  expect(before).toContain(text);
  writeFileSync(preparedFile(name), before.replace(text, replacement));
}

test.each<[string, () => void, RegExp]>([
  ['a bit of the graph', () => flipByte(preparedFile('model.onnx')), /model\.onnx has changed/],
  ['a bit of the vocabulary', () => flipByte(preparedFile('tokenizer.bin')), /tokenizer\.bin has changed/],
  [
    'the end of the weights',
    () => truncateSync(preparedFile('weights.bin'), 1000),
    /weights\.bin has 1000 bytes in place of/,
  ],
  [
    'the end of the manifest',
    () => truncateSync(preparedFile('manifest.json'), 100),
    /manifest\.json is damaged/,
  ],
  [
    'a digit of the manifest',
    () => replaceIn('manifest.json', '"layerCount": 2', '"layerCount": 3'),
    /manifest\.json has changed/,
  ],
])('damage to %s of a prepared model is repaired when it is loaded next', async (_, damage, logLine) => {
  const window = await user.openWindow();
  await window.connection.sendRequest(fetchModelRequest);
  const answer = await window.answer('What is it?');
  await window.close();
  damage();
  const next = await user.openWindow();
  expect(await next.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
  expect(await next.answer('What is it?')).toEqual(answer);
  expect(next.logLines).toContainEqual(expect.stringMatching(logLine));
  await next.close();
});

test.each<[string, (path: string) => void]>([
  ['cut short', (path) => truncateSync(path, 5_000)],
  ['overwritten at the beginning', (path) => writeFileSync(path, 'GGUF or not', { flag: 'r+' })],
  ['not a model at all', (path) => writeFileSync(path, 'text\n'.repeat(1000))],
  ['empty', (path) => truncateSync(path, 0)],
])(
  'a model file that is %s is refused with the reason; the right file works afterwards',
  async (_, damage) => {
    const good = readFileSync(user.modelPath);
    damage(user.modelPath);
    const window = await user.openWindow();
    expect(await window.connection.sendRequest(fetchModelRequest)).toEqual({
      kind: 'failed',
      reason: matching(/./),
      advice: matching(/./),
    });
    expect(window.states.at(-1)?.kind).toBe('failed');
    writeFileSync(user.modelPath, good);
    expect(await window.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
    expect(await window.answer('What is it?')).toMatchObject({ kind: 'done' });
    expect(readdirSync(join(user.cacheFolder, 'prepared')).filter((name) => /partial/.test(name))).toEqual(
      [],
    );
    await window.close();
  },
);

test('a model file that grows while its model is in memory does not disturb it', async () => {
  const window = await user.openWindow();
  await window.connection.sendRequest(fetchModelRequest);
  const answer = await window.answer('What is it?');
  appendFileSync(user.modelPath, 'more');
  expect(await window.answer('What is it?')).toEqual(answer);
  await window.close();
});
