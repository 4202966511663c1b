import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLineLogger } from '../../src/base/logger';
import { connectOrLaunch } from '../../src/link/connect';
import { endpointAt, sharedEnvironment, type Endpoint } from '../../src/link/endpoint';
import { readKey } from '../../src/link/key';
import { listenAlone, type Listener } from '../../src/link/listen';

let folder: string;
let endpoint: Endpoint;
let logLines: string[];
let accepted: Socket[];
let listeners: Listener[];

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'sotto-link-')), 'sotto');
  endpoint = endpointAt(folder, 'test');
  logLines = [];
  accepted = [];
  listeners = [];
});

afterEach(() => {
  accepted.forEach((socket) => socket.destroy());
  listeners.forEach((listener) => listener.close());
  rmSync(dirname(folder), { recursive: true, force: true });
});

async function listen(): Promise<Listener | undefined> {
  const listener = await listenAlone(endpoint, {
    logger: createLineLogger('debug', (line) => logLines.push(line)),
    starting: () => undefined,
    opened: () => undefined,
    accepted: (socket) => void accepted.push(socket),
  });
  if (listener !== undefined) {
    listeners.push(listener);
  }
  return listener;
}

const launchNothing = () => {
  throw new Error('nothing to launch in this test');
};

const soon = () => AbortSignal.timeout(5_000);

/** What a server answers to bytes of a process that does not know the key, up to the end of the connection. */
async function answerTo(bytes: Buffer): Promise<number> {
  const socket = connect(endpoint.address);
  socket.write(bytes);
  return (await text(socket.setEncoding('latin1'))).length;
}

test('what is sent right after the greeting arrives, in both directions', async () => {
  await listen();
  const { socket, processId } = await connectOrLaunch(endpoint, launchNothing, soon());
  expect(processId).toBe(process.pid);
  socket.end('first words');
  await expect.poll(() => accepted).toHaveLength(1);
  accepted[0]?.end('answer');
  expect(await text(accepted[0]!)).toBe('first words');
  expect(await text(socket)).toBe('answer');
});

test('of several that start at once, one becomes the server', async () => {
  const results = await Promise.all([listen(), listen(), listen(), listen()]);
  expect(results.filter((listener) => listener !== undefined)).toHaveLength(1);
  const links = await Promise.all([1, 2, 3].map(() => connectOrLaunch(endpoint, launchNothing, soon())));
  expect(links).toHaveLength(3);
});

test('what a killed server left behind is in nobody’s way', async () => {
  await listen();
  listeners.pop(); // Never closed: its socket and key stay, as after a kill.
  writeFileSync(endpoint.keyPath, 'half a li');
  rmSync(endpoint.address);
  writeFileSync(endpoint.address, ''); // A file at which nobody listens: connecting is refused.
  expect(await listen()).toBeDefined();
  await connectOrLaunch(endpoint, launchNothing, soon());
});

test('only this user can reach socket, key and folder', async () => {
  await listen();
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  expect([folder, endpoint.address, endpoint.keyPath].map(mode)).toEqual(['700', '600', '600']);
});

test('a folder that others may enter is closed to them before it is used', async () => {
  await listen();
  listeners.pop()?.close();
  chmodSync(folder, 0o755);
  await listen();
  expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
});

test('who does not know the key gets nothing but the greeting, and the server goes on', async () => {
  await listen();
  expect(await answerTo(Buffer.alloc(200, 'x'))).toBe(64);
  expect(await answerTo(Buffer.from('Content-Length: 2\r\n\r\n{}'.padEnd(64)))).toBe(64);
  expect(logLines.filter((line) => line.includes('refused'))).toHaveLength(2);
  expect(accepted).toEqual([]);
  await connectOrLaunch(endpoint, launchNothing, soon());
});

test('a process that took the server’s place without its key is not talked to', async () => {
  await listen();
  const key = await readKey(endpoint.keyPath);
  listeners.pop()?.close();
  const received: Buffer[] = [];
  const impostor = createServer((socket) => {
    socket.on('data', (chunk) => received.push(chunk));
    socket.write(Buffer.alloc(64, 'y'));
  }).listen(endpoint.address);
  writeFileSync(endpoint.keyPath, `${process.pid} ${key!.key.toString('hex')}\n`);
  await expect(
    connectOrLaunch(endpoint, () => ({ exitCode: null }), AbortSignal.timeout(400)),
  ).rejects.toThrow();
  // A nonce for each attempt, and never a proof.
  expect(received.every((chunk) => chunk.length === 32)).toBe(true);
  impostor.close();
});

test('a server that closes frees its place at once, and a later one keeps its own key', async () => {
  const first = await listen();
  first?.close();
  expect([endpoint.address, endpoint.keyPath].filter(existsSync)).toEqual([]);
  await listen();
  first?.close();
  await connectOrLaunch(endpoint, launchNothing, soon());
});

test('a server that is launched and fails is reported with its exit code', async () => {
  const connecting = connectOrLaunch(endpoint, () => ({ exitCode: 1 }), soon());
  await expect(connecting).rejects.toThrow(/ended with code 1; see .*test\.log/);
});

test('windows share a server when what it reads of their environment is the same', () => {
  const environment = { PATH: '/bin', HOME: '/home/a', TERM: 'xterm', SOTTO_CACHE: '/cache' };
  const shared = sharedEnvironment(environment);
  expect(sharedEnvironment({ ...environment, PATH: '/other', TERM: 'dumb' })).toBe(shared);
  expect(sharedEnvironment({ ...environment, SOTTO_CACHE: '/elsewhere' })).not.toBe(shared);
  expect(sharedEnvironment({ ...environment, https_proxy: 'http://proxy' })).not.toBe(shared);
});
