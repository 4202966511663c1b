import { afterEach, beforeEach, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { fetchModelRequest, modelStateRequest } from '../../src/shared/protocol';
import { createTestUser, residentKilobytes, type TestUser } from '../support/serverWindow';

let user: TestUser;

beforeEach(async () => {
  user = await createTestUser();
});

afterEach(() => user.dispose());

test('five windows that open at once share one process and one model', async () => {
  const windows = await Promise.all([1, 2, 3, 4, 5].map(() => user.openWindow()));
  expect(new Set(windows.map(({ processId }) => processId)).size).toBe(1);
  // Those that lost the race end by themselves.
  await expect.poll(() => user.serverProcessIds()).toEqual([windows[0]!.processId]);
  const results = await Promise.all(
    windows.map(({ connection }) => connection.sendRequest(fetchModelRequest)),
  );
  expect(results).toEqual(windows.map(() => ({ kind: 'ready' })));
  expect((await user.serverLog()).match(/connected/g)).toHaveLength(5);
  // The model was loaded once, and the log of each window tells so.
  const loadedLines = windows.flatMap(({ logLines }) => logLines.filter((line) => /^loaded /.test(line)));
  expect(loadedLines).toEqual(windows.map(() => loadedLines[0]));
});

test('four more windows cost little memory', async () => {
  const first = await user.openWindow();
  await first.connection.sendRequest(fetchModelRequest);
  await first.answer('What is it?');
  const alone = residentKilobytes(first.processId);
  for (let count = 2; count <= 5; count++) {
    const window = await user.openWindow();
    await window.connection.sendRequest(fetchModelRequest);
    await window.answer('What is it?');
  }
  expect(user.serverProcessIds()).toHaveLength(1);
  expect(residentKilobytes(first.processId)).toBeLessThan(1.2 * alone);
});

test('answers of several windows at once are those that each gets alone', async () => {
  const windows = [await user.openWindow(), await user.openWindow()];
  const questions = ['What is it?', 'Why 42?'];
  const alone = [];
  for (const [index, window] of windows.entries()) {
    alone.push(await window.answer(questions[index]!));
  }
  expect(alone[0]).toMatchObject({ kind: 'done' });
  const together = await Promise.all(windows.map((window, index) => window.answer(questions[index]!)));
  expect(together).toEqual(alone);
});

test('cancelling in one window ends its work and not the other’s', async () => {
  const [one, other] = [await user.openWindow(), await user.openWindow()];
  await one.connection.sendRequest(fetchModelRequest);
  const source = new CancellationTokenSource();
  const begun = one.firstPiece();
  const cancelled = one.answer('What is it?', source.token);
  const answered = other.answer('What is it?');
  await begun;
  source.cancel();
  expect(await cancelled).toEqual({ kind: 'cancelled' });
  expect(await answered).toMatchObject({ kind: 'done' });
});

test('windows may vanish in the middle of an answer, the one that started the process too', async () => {
  const first = await user.openWindow();
  const last = await user.openWindow();
  await first.connection.sendRequest(fetchModelRequest);
  for (let count = 0; count < 10; count++) {
    const window = count === 0 ? first : await user.openWindow();
    const begun = window.firstPiece();
    window.answer('What is it?').catch(() => 'the window is gone');
    await begun;
    window.vanish();
  }
  expect(await last.answer('What is it?')).toMatchObject({ kind: 'done' });
  expect(await last.connection.sendRequest(modelStateRequest)).toMatchObject({ kind: 'ready' });
  expect(user.serverProcessIds()).toEqual([first.processId]);
  await expect.poll(() => user.serverLog()).toContain('is gone; 1 open');
});

test('the process ends when the last window has gone, and the next window starts another', async () => {
  const windows = [await user.openWindow(), await user.openWindow()];
  await windows[0]!.close();
  windows[1]!.vanish();
  // A window that is reloaded comes back to the same process.
  const reloaded = await user.openWindow();
  expect(reloaded.processId).toBe(windows[0]!.processId);
  await reloaded.close();
  await expect.poll(() => user.serverProcessIds(), { timeout: 20_000, interval: 200 }).toEqual([]);
  expect(await user.serverLog()).toContain('no window is left: the process ends');
  const next = await user.openWindow();
  expect(user.serverProcessIds()).toEqual([next.processId]);
});
