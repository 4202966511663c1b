// Processes that are killed in the middle of their work: what they leave behind must not be in the way of the next.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { modelFilePath } from '../../src/model/modelFile';
import { endProcessNotification, fetchModelRequest } from '../../src/shared/protocol';
import { sendFile, startServer } from '../support/modelServer';
import { createModelWorkspace, entryFor, pseudoRandomBytes } from '../support/modelWorkspace';
import { createTestUser, type ServerWindow, type TestUser } from '../support/serverWindow';

let user: TestUser | undefined;

afterEach(() => user?.dispose());

test.each([
  ['killed', ({ processId }: ServerWindow) => void process.kill(processId, 'SIGKILL')],
  ['ended with the session of the user', ({ processId }: ServerWindow) => void process.kill(processId)],
  [
    'asked to end',
    ({ connection }: ServerWindow) => void connection.sendNotification(endProcessNotification),
  ],
])(
  'the server, %s in the middle of an answer: all windows meet again at a new process',
  async (_how, end) => {
    user = await createTestUser();
    const windows = [await user.openWindow(), await user.openWindow()];
    await windows[0]!.connection.sendRequest(fetchModelRequest);
    const closed = windows.map(
      ({ connection }) => new Promise<void>((resolve) => connection.onClose(() => resolve())),
    );
    const begun = windows[0]!.firstPiece();
    const answer = windows[0]!.answer('What is it?');
    answer.catch(() => 'expected below');
    await begun;
    end(windows[0]!);
    await Promise.all(closed);
    windows.forEach((window) => window.vanish()); // As the client does with a connection that was closed.
    await expect(answer).rejects.toThrow(/closed|disposed/);

    const again = await Promise.all([user.openWindow(), user.openWindow()]);
    for (const window of again) {
      expect(await window.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
      expect(await window.answer('What is it?')).toMatchObject({ kind: 'done' });
    }
    await expect.poll(() => user?.serverProcessIds()).toEqual([again[0].processId]);
    expect(await user.serverLog()).toContain(`process ${again[0].processId} serves`);
  },
);

test('the server, in the middle of a preparation: the next one removes what it left and prepares anew', async () => {
  user = await createTestUser({ hiddenSize: 512, layerCount: 12 });
  const preparedFolder = join(user.cacheFolder, 'prepared');
  const partialFolders = () =>
    existsSync(preparedFolder) ? readdirSync(preparedFolder).filter((name) => name.endsWith('.partial')) : [];
  const window = await user.openWindow();
  window.connection.sendRequest(fetchModelRequest).catch(() => 'the server is killed');
  await expect.poll(partialFolders, { interval: 2, timeout: 20_000 }).toHaveLength(1);
  process.kill(window.processId, 'SIGKILL');
  expect(partialFolders()).toHaveLength(1);

  const next = await user.openWindow();
  expect(await next.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
  expect(partialFolders()).toEqual([]);
  expect(next.logLines).toContainEqual(expect.stringMatching(/^removing .*left by a process that ended/));
});

test('a download: the next one goes on where it stopped', async () => {
  const content = pseudoRandomBytes(300_000);
  const entry = entryFor(content, [{ kind: 'huggingface', repository: 'maker/tiny-GGUF' }]);
  const workspace = createModelWorkspace();
  const hub = await startServer((request, response, number) => {
    if (number === 1) {
      // Half of it, and then nothing: the connection stays open until the process is gone.
      response.writeHead(200, { etag: '"v1"', 'content-length': content.length });
      response.write(content.subarray(0, 150_000));
    } else {
      sendFile(request, response, content);
    }
  });
  const startFetch = () =>
    spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, '../support/fetchModelProcess.ts')],
      {
        env: {
          ...process.env,
          ENTRY: JSON.stringify(entry),
          SOTTO_CACHE: workspace.cache.folder,
          HF_ENDPOINT: hub.url,
          NO_PROXY: '*',
          no_proxy: '*',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
  try {
    const killed = startFetch();
    await expect.poll(() => hub.requests.length, { timeout: 20_000 }).toBe(1);
    const partialPath = `${modelFilePath(entry, workspace.cache)}.partial`;
    const writtenByteCount = () => statSync(partialPath, { throwIfNoEntry: false })?.size;
    await expect.poll(writtenByteCount, { timeout: 20_000 }).toBe(150_000);
    killed.kill('SIGKILL');
    expect(await text(startFetch().stdout)).toBe(modelFilePath(entry, workspace.cache));
    expect(hub.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=150000-']);
  } finally {
    await hub.close();
    workspace.dispose();
  }
});
