// Servers of their own, as other editors start them, on one cache: they share files, not a process.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchModelRequest } from '../../src/shared/protocol';
import { connectTo, testSettings } from '../server/testClient';
import { createTestUser, serverModule, type TestUser } from '../support/serverWindow';

let user: TestUser;
let children: ChildProcessWithoutNullStreams[];

beforeEach(async () => {
  user = await createTestUser({ hiddenSize: 256, layerCount: 4 });
  children = [];
});

afterEach(() => {
  children.forEach((child) => child.kill('SIGKILL'));
  user.dispose();
});

test.each([2, 5])('%i servers at once prepare the model once, and each uses it', async (count) => {
  const clients = await Promise.all(
    Array.from({ length: count }, () => {
      const child = spawn(process.execPath, [serverModule, '--stdio'], { env: user.environment });
      children.push(child);
      return connectTo(child.stdout, child.stdin, {
        settings: { ...testSettings, modelPath: user.modelPath },
      });
    }),
  );
  const results = await Promise.all(
    clients.map(({ connection }) => connection.sendRequest(fetchModelRequest)),
  );
  expect(results).toEqual(clients.map(() => ({ kind: 'ready' })));
  expect(readdirSync(join(user.cacheFolder, 'prepared'))).toEqual([
    expect.stringMatching(/^[0-9a-f]{64}-v\d+$/),
  ]);

  // One is killed; the others go on.
  children[0]!.kill('SIGKILL');
  const [, survivor] = clients;
  expect(await survivor!.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
  await Promise.all(clients.slice(1).map(({ connection }) => connection.sendNotification('exit')));
  await expect.poll(() => user.serverProcessIds(), { timeout: 10_000 }).toEqual([]);
});
