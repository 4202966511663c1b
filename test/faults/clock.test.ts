// The clock is set, by hours, forwards and back, while everything runs: nothing times out, waits or unloads because of it.
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InlineCompletionTriggerKind } from 'vscode-languageserver/node';
import { watchLock } from '../../src/base/abandonedLock';
import { findEndpoint } from '../../src/link/sharedServer';
import { fetchModelRequest, outcomesPageRequest } from '../../src/shared/protocol';
import { createTestUser, serverModule, type ServerWindow, type TestUser } from '../support/serverWindow';

const hourMs = 3_600_000;
const clockModule = pathToFileURL(resolve(import.meta.dirname, '../support/movableClock.mjs')).href;
/** Reasons of a request that did not get as far as the model's answer. */
const inVain = /deadline|cancelled|failed|no-model|undefined/;
let user: TestUser;

beforeEach(async () => {
  user = await createTestUser();
});

afterEach(() => user.dispose());

/** The year, month, day and hour that the server's own log had last. */
async function lastHourInLog(): Promise<number> {
  const times = (await user.serverLog()).match(/^\d{4}-\S+Z/gm);
  const hours = (Date.parse(times?.at(-1) ?? '') - Date.now()) / hourMs;
  return Math.round(hours) + 0; // Not -0.
}

/** What became of a completion that was asked for in a new document, without the times. */
async function completionIn(window: ServerWindow, name: string): Promise<string> {
  const uri = `file:///work/${name}.ts`;
  await window.open(uri, 'typescript', `function ${name}() {\n  const answer = █\n}\n`);
  await window.type(uri, '4');
  await window.ask(uri, { trigger: InlineCompletionTriggerKind.Invoked });
  const page = await window.connection.sendRequest(outcomesPageRequest);
  const newest = page.split('\n').find((line) => line.includes(`${name}.ts`));
  return /(shown|none) +\S+/.exec(newest ?? '')?.[0] ?? 'undefined';
}

test('a server whose clock is set answers as before, keeps its model, and ends when its windows do', async () => {
  const clock = join(user.folder, 'clock');
  writeFileSync(clock, '0');
  Object.assign(user.environment, { NODE_OPTIONS: `--import ${clockModule}`, SOTTO_TEST_CLOCK: clock });
  const window = await user.openWindow({ unloadAfterMinutes: 20 });
  await window.connection.sendRequest(fetchModelRequest);
  const answer = await window.answer('What is it?');
  expect(await completionIn(window, 'before')).not.toMatch(inVain);

  for (const [index, hours] of [5, -5, 30 * 24, 0].entries()) {
    const during = window.answer('What is it?');
    writeFileSync(clock, String(hours * hourMs));
    expect(await during).toEqual(answer);
    // A window that opens after the jump is written into the log with the time of then: the clock really is another.
    await expect
      .poll(async () => {
        await (await user.openWindow()).close();
        return lastHourInLog();
      })
      .toBe(hours);
    expect(await completionIn(window, `after${index}`)).not.toMatch(inVain);
    expect(await window.answer('What is it?')).toEqual(answer);
    expect(window.states.at(-1)?.kind).toBe('ready');
  }
  const kinds = window.states.map(({ kind }) => kind);
  expect(kinds.slice(kinds.indexOf('ready'))).not.toContain('unloaded');
  expect(user.serverProcessIds()).toEqual([window.processId]);
  await window.close();
  await expect.poll(() => user.serverProcessIds(), { timeout: 15_000 }).toEqual([]);
});

test('a lock that a killed process left does not hold for hours when the clock was set back meanwhile', async () => {
  const { lockPath } = await findEndpoint(serverModule, user.environment);
  mkdirSync(lockPath, { recursive: true });
  setTimeOf(lockPath, 3 * hourMs);
  const window = await user.openWindow();
  expect(await window.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
  expect(existsSync(lockPath)).toBe(false);
  await window.close();
});

test('a lock that is renewed, at whatever time, is left to its holder', async () => {
  const lockPath = join(user.folder, 'lock');
  mkdirSync(lockPath);
  const removeAbandoned = watchLock(lockPath, 200);
  for (let renewal = 0; renewal < 8; renewal++) {
    setTimeOf(lockPath, (8 - renewal) * hourMs);
    await removeAbandoned();
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  expect(existsSync(lockPath)).toBe(true);
  await expect
    .poll(async () => {
      await removeAbandoned();
      return existsSync(lockPath);
    })
    .toBe(false);
  await removeAbandoned();
});

function setTimeOf(path: string, aheadMs: number): void {
  const time = new Date(Date.now() + aheadMs);
  utimesSync(path, time, time);
}

test('no duration is measured with the clock that users and time servers set', () => {
  const source = resolve(import.meta.dirname, '../../src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const readers = files.filter((name) => readFileSync(join(source, name), 'utf8').includes('Date.now'));
  // A library that says when it began; what windows have in common across restarts; and a name for a folder.
  expect(readers.map((name) => name.replaceAll('\\', '/')).toSorted()).toEqual([
    'cli/progressBar.ts',
    'client/status/pause.ts',
    'model/preparedLock.ts',
  ]);
});
