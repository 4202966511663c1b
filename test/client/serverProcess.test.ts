import { PassThrough } from 'node:stream';
import { beforeEach, expect, test, vi } from 'vitest';
import type { ExtensionContext, LogOutputChannel } from 'vscode';
import type { LanguageClientOptions } from 'vscode-languageclient/node';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { UserError } from '../../src/base/errors';
import { ServerProcess } from '../../src/client/process/languageClient';
import { endProcessNotification, outcomesPageRequest } from '../../src/shared/protocol';
import { parseSettings } from '../../src/shared/settings';
import { withoutProxy } from '../server/testClient';

/** A client as the library has it: it cannot be stopped while it starts. */
const { FakeClient, clients } = vi.hoisted(() => {
  class FakeClient {
    state: 'starting' | 'running' | 'failed' | 'stopped' = 'starting';
    comeUp: () => void = () => {};
    fail: (error: Error) => void = () => {};
    readonly received: unknown[] = [];

    constructor(
      _id: string,
      _name: string,
      _server: unknown,
      readonly options: LanguageClientOptions,
    ) {
      clients.push(this);
    }

    start(): Promise<void> {
      return new Promise((resolve, reject) => {
        this.comeUp = () => {
          this.state = 'running';
          resolve();
        };
        this.fail = (error) => {
          this.state = 'failed';
          reject(error);
        };
      });
    }

    sendNotification({ method }: { method: string }, parameters: unknown = method): Promise<void> {
      this.received.push(parameters);
      return Promise.resolve();
    }

    isRunning(): boolean {
      return this.state === 'running';
    }

    dispose(): Promise<void> {
      if (this.state === 'starting') {
        return Promise.reject(new Error("Client is not running and can't be stopped."));
      }
      this.state = 'stopped';
      return Promise.resolve();
    }
  }
  const clients: FakeClient[] = [];
  return { FakeClient, clients };
});
vi.mock('vscode', () => ({
  EventEmitter: class {
    event = () => ({ dispose: () => {} });
    fire() {}
    dispose() {}
  },
  Uri: { joinPath: () => ({ fsPath: '/extension/dist/server.mjs' }) },
}));
vi.mock('vscode-languageclient/node', async () => ({
  ...(await import('vscode-languageserver-protocol/node')),
  CloseAction: {},
  ErrorAction: {},
  RevealOutputChannelOn: {},
  LanguageClient: FakeClient,
}));

let server: ServerProcess;
let workspaceTrusted: boolean;

beforeEach(() => {
  clients.splice(0);
  workspaceTrusted = false;
  const ignore = () => {};
  const output = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  server = new ServerProcess(
    { extensionUri: {} } as ExtensionContext,
    output as unknown as LogOutputChannel,
    () => ({ settings: parseSettings(() => undefined), workspaceTrusted, proxy: withoutProxy }),
    {},
    () => {},
  );
});

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('a client that was still starting when the server was restarted is closed once it has come up', async () => {
  server.start();
  await server.restart();
  clients[0]?.comeUp();
  clients[1]?.comeUp();
  await settle();
  expect(clients.map(({ state }) => state)).toEqual(['stopped', 'running']);
  expect(server.client).toBe(clients[1]);
});

test('a client that runs asks its server to end when it is restarted', async () => {
  server.start();
  clients[0]?.comeUp();
  await settle();
  await server.restart();
  expect(clients[0]?.received.at(-1)).toBe(endProcessNotification.method);
  expect(clients.map(({ state }) => state)).toEqual(['stopped', 'starting']);
});

test('a server that is switched off while it starts does not run afterwards', async () => {
  server.start();
  await server.stop();
  clients[0]?.comeUp();
  await settle();
  expect(clients.map(({ state }) => state)).toEqual(['stopped']);
  expect(server.state).toBe('stopped');
});

test('a client that was given up and then fails starts nothing', async () => {
  server.start();
  await server.stop();
  clients[0]?.fail(new Error('the process ended'));
  await settle();
  expect(clients).toHaveLength(1);
  expect(server.state).toBe('stopped');
});

test('a server that has come up is told what has changed while it started', async () => {
  server.start();
  workspaceTrusted = true;
  await server.sendConfiguration();
  expect(clients[0]?.received).toEqual([]);
  clients[0]?.comeUp();
  await settle();
  expect(clients[0]?.received).toMatchObject([{ workspaceTrusted: true }]);
});

test.each([
  ['is waiting', 0],
  ['is sent too late', 1],
])('when the server ends, a command whose request %s says so and what to do', async (_name, isLate) => {
  server.start();
  const connection = createProtocolConnection(
    new StreamMessageReader(new PassThrough()),
    new StreamMessageWriter(new PassThrough()),
  );
  connection.listen();
  const send = () =>
    clients[0]?.options.middleware?.sendRequest?.(outcomesPageRequest, undefined, undefined, () =>
      connection.sendRequest(outcomesPageRequest),
    );
  const earlier = isLate ? undefined : send();
  connection.dispose();
  await expect(earlier ?? send()).rejects.toEqual(
    new UserError(
      'engine-failed',
      'The server ended before it had answered.',
      'It starts again by itself: try again in a moment.',
    ),
  );
});
