// Strangers at the socket, damaged key files, and one of our own windows that speaks nonsense: nobody gets in, nobody is
// disturbed, and nothing waits for ever.
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { duplexPair } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { connectOrLaunch } from '../../src/link/connect';
import { endpointAt, type Endpoint } from '../../src/link/endpoint';
import { greetClient, greetServer, keyByteCount } from '../../src/link/handshake';
import { readKey } from '../../src/link/key';
import { listenAlone, type Listener } from '../../src/link/listen';
import { connectToSharedServer } from '../../src/link/sharedServer';
import { modelStateRequest } from '../../src/shared/protocol';
import { createTestUser, serverModule } from '../support/serverWindow';

let folder: string;
let endpoint: Endpoint;
let listener: Listener | undefined;
const accepted: Socket[] = [];

beforeAll(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'sotto-fuzz-link-')), 'sotto');
  endpoint = endpointAt(folder, 'fuzz');
  listener = await listenAlone(endpoint, {
    logger: silentLogger,
    starting: () => undefined,
    opened: () => undefined,
    accepted: (socket) => void accepted.push(socket),
  });
});

afterAll(() => {
  accepted.forEach((socket) => socket.destroy());
  listener?.close();
  rmSync(dirname(folder), { recursive: true, force: true });
});

const chunks = fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 5 });
const launchNothing = () => {
  throw new Error('nothing to launch in this test');
};

test('whatever a stranger sends, it gets the greeting at most, and the next window is served', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.boolean(), async (sent, hangUp) => {
      const socket = connect(endpoint.address);
      let receivedCount = 0;
      socket.on('data', (bytes) => (receivedCount += bytes.length)).on('error', () => 'refused');
      const closed = new Promise((resolve) => socket.once('close', resolve));
      for (const chunk of sent) {
        socket.write(chunk);
        await new Promise(setImmediate);
      }
      if (hangUp) {
        socket.destroy();
      } else {
        socket.end();
      }
      await closed;
      expect(receivedCount === 0 || receivedCount === 64).toBe(true);
    }),
    { numRuns: 200, seed: 61 },
  );
  expect(accepted).toEqual([]);
  const { socket } = await connectOrLaunch(endpoint, launchNothing, AbortSignal.timeout(5_000));
  socket.destroy();
});

test('a server that answers anything but the proof is refused', async () => {
  const key = Buffer.alloc(keyByteCount, 7);
  await fc.assert(
    fc.asyncProperty(chunks, async (answer) => {
      const [client, server] = duplexPair();
      const greeting = greetServer(client, key, neverAborted);
      greeting.catch(() => 'expected below');
      answer.forEach((chunk) => server.write(chunk));
      server.end();
      await expect(greeting).rejects.toThrow(Error);
    }),
    { numRuns: 300, seed: 62 },
  );
});

test('a greeting that arrives in any pieces succeeds with the right key and with no other', async () => {
  const bytes = fc.uint8Array({ minLength: keyByteCount, maxLength: keyByteCount });
  await fc.assert(
    fc.asyncProperty(
      bytes,
      bytes,
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      async (one, two, same, size) => {
        const [client, clientEnd] = duplexPair();
        const [server, serverEnd] = duplexPair();
        for (const [from, to] of [
          [clientEnd, serverEnd],
          [serverEnd, clientEnd],
        ] as const) {
          from.on('data', (chunk: Buffer) => {
            for (let at = 0; at < chunk.length; at += size) {
              to.write(chunk.subarray(at, at + size));
            }
          });
          from.on('end', () => to.end());
        }
        const clientKey = Buffer.from(same ? two : one);
        const serverKey = Buffer.from(two);
        const greetings = [
          greetServer(client, clientKey, neverAborted).finally(() => client.end()),
          greetClient(server, serverKey, neverAborted).finally(() => server.end()),
        ];
        const results = await Promise.allSettled(greetings);
        const expected = clientKey.equals(serverKey) ? 'fulfilled' : 'rejected';
        expect(results.map(({ status }) => status)).toEqual([expected, expected]);
      },
    ),
    { numRuns: 200, seed: 63 },
  );
});

test('a key file of any content holds a key of 32 bytes, or none', async () => {
  const path = join(folder, 'any.key');
  const good = `1234 ${'ab'.repeat(32)}\n`;
  const content = fc.oneof(
    fc.uint8Array(),
    fc
      .tuple(fc.nat(good.length - 1), fc.string())
      .map(([at, text]) => good.slice(0, at) + text + good.slice(at + 1)),
  );
  await fc.assert(
    fc.asyncProperty(content, async (written) => {
      writeFileSync(path, written);
      const found = await readKey(path);
      expect(found?.key.length ?? keyByteCount).toBe(keyByteCount);
      expect(Number.isFinite(found?.processId ?? 0)).toBe(true);
    }),
    { numRuns: 300, seed: 64 },
  );
});

test('a server that took our place and says anything is left alone until the time is over', async () => {
  const other = endpointAt(folder, 'impostor');
  writeFileSync(other.keyPath, `1234 ${'ab'.repeat(32)}\n`);
  const impostor = createServer((socket) => {
    socket.on('error', () => 'hung up');
    socket.end(Buffer.alloc(300, 'x'));
  }).listen(other.address);
  const connecting = connectOrLaunch(other, () => ({ exitCode: null }), AbortSignal.timeout(300));
  await expect(connecting).rejects.toThrow();
  impostor.close();
});

const body = '{"jsonrpc":"2.0","id":1,"method":"sotto/getModelState"}';
const framePieces = fc.oneof(
  fc.constantFrom(
    'Content-Length: ',
    '\r\n',
    '\r\n\r\n',
    ': ',
    body,
    '{}',
    '[]',
    'null',
    '{"jsonrpc":"2.0"}',
  ),
  fc.constantFrom(
    String(body.length),
    '2',
    '-1',
    '0',
    '1e9',
    '99999999999999999999',
    'NaN',
    '\0',
    'x'.repeat(5000),
  ),
  fc.constantFrom(`Content-Length: ${body.length}\r\n\r\n${body}`, 'Content-Length: 2\r\n\r\n{}'),
  fc.constantFrom('Content-Length: 4\r\n\r\n{{{{', 'Content-Type: text/x; charset=none\r\n'),
  fc.string(),
);

test('a window that sends frames of any kind ends at most itself', async () => {
  const user = await createTestUser();
  try {
    const other = await user.openWindow();
    const frames = fc.array(framePieces, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(frames, async (pieces) => {
        const { socket } = await connectToSharedServer(serverModule, user.environment, neverAborted);
        socket.write(pieces.join(''));
        // Until the server has read it: the answer of another window comes later.
        expect(await other.connection.sendRequest(modelStateRequest)).toHaveProperty('kind');
        socket.destroy();
        expect(await other.connection.sendRequest(modelStateRequest)).toHaveProperty('kind');
      }),
      { numRuns: 80, seed: 65 },
    );
    expect(user.serverProcessIds()).toEqual([other.processId]);
    await other.close();
  } finally {
    user.dispose();
  }
});
