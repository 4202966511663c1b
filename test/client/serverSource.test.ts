import { ChildProcess } from 'node:child_process';
import type { LogOutputChannel } from 'vscode';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServerSource } from '../../src/client/process/serverSource';
import { modelStateRequest } from '../../src/shared/protocol';
import { connectTo } from '../server/testClient';
import { createTestUser, serverModule, type TestUser } from '../support/serverWindow';

let user: TestUser;

beforeEach(async () => {
  user = await createTestUser();
});

afterEach(() => {
  vi.unstubAllEnvs();
  user.dispose();
});

test('a window that cannot meet the others has a server of its own, and the log says why', async () => {
  // No folder for sockets can be made in a file.
  vi.stubEnv('XDG_RUNTIME_DIR', user.modelPath);
  vi.stubEnv('SOTTO_CACHE', user.cacheFolder);
  const warnings: string[] = [];
  const output = { warn: (line: string) => warnings.push(line) } as unknown as LogOutputChannel;

  const child = await new ServerSource(serverModule, output).open();

  if (!(child instanceof ChildProcess) || child.stdout === null || child.stdin === null) {
    throw new Error('the server is not a process of this window');
  }
  expect(warnings).toEqual([
    expect.stringMatching(/^This window starts a server of its own: .*(ENOTDIR|EEXIST)/),
  ]);
  const client = await connectTo(child.stdout, child.stdin);
  expect(await client.connection.sendRequest(modelStateRequest)).toHaveProperty('kind');
  await client.close();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
});
