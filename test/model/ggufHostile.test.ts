import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { UserError } from '../../src/base/errors';
import { readConfiguration } from '../../src/model/gguf/readConfiguration';
import { readGguf } from '../../src/model/gguf/readGguf';
import { readTokenizer } from '../../src/model/gguf/readTokenizer';
import { planHeadParts } from '../../src/model/headParts';
import { buildGraph } from '../../src/model/graph/buildGraph';
import { encodeTinyModel } from '../support/tinyModel';

const folder = mkdtempSync(join(tmpdir(), 'sotto-hostile-'));
const path = join(folder, 'hostile.gguf');
let tiny: Buffer;
let headerByteCount: number;
beforeAll(async () => {
  tiny = await encodeTinyModel({ architecture: 'qwen2', seed: 3 });
  writeFileSync(path, tiny);
  headerByteCount = Math.min(
    ...[...(await readGguf(path, neverAborted)).tensors.values()].map((t) => t.offset),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the file itself is fine', async () => {
  expect(await outcomeOf(tiny)).toBe('fine');
});

test('a file cut anywhere is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: tiny.length - 33 }), async (length) => {
      expect(await outcomeOf(tiny.subarray(0, length))).toBe('damaged-model');
    }),
    { numRuns: 150, seed: 1 },
  );
});

test('flipped bits in the header are harmless or refused, never anything else', async () => {
  const flip = fc.record({
    at: fc.integer({ min: 0, max: headerByteCount - 1 }),
    bit: fc.integer({ min: 0, max: 7 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), async (flips) => {
      const bytes = Buffer.from(tiny);
      for (const { at, bit } of flips) {
        bytes[at]! ^= 1 << bit;
      }
      expect(['fine', 'damaged-model', 'unsupported-model']).toContain(await outcomeOf(bytes));
    }),
    { numRuns: 300, seed: 2 },
  );
});

test('a header of random bytes is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (random) => {
      const start = Buffer.from('GGUF\x03\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0', 'latin1');
      expect(await outcomeOf(Buffer.concat([start, random]))).toBe('damaged-model');
    }),
    { numRuns: 200, seed: 3 },
  );
});

const count = (value: bigint) => Buffer.from(BigUint64Array.of(value).buffer);
const word = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const text = (value: string) => Buffer.concat([count(BigInt(value.length)), Buffer.from(value)]);
const start = (tensors: bigint, entries: bigint) =>
  Buffer.concat([Buffer.from('GGUF'), word(3), count(tensors), count(entries)]);
const huge = 0xffff_ffff_ffff_ffffn;

test.each<[string, Buffer, string]>([
  ['an empty file', Buffer.alloc(0), 'damaged-model'],
  ['another format', Buffer.from('PK\x03\x04 and so on'), 'damaged-model'],
  ['version 1', Buffer.concat([Buffer.from('GGUF'), word(1), Buffer.alloc(100)]), 'unsupported-model'],
  [
    'big-endian',
    Buffer.concat([Buffer.from('GGUF'), word(0x03000000), Buffer.alloc(100)]),
    'unsupported-model',
  ],
  ['2^64 tensors', start(huge, 0n), 'damaged-model'],
  ['10,000,000 tensors in a short file', start(10_000_000n, 0n), 'damaged-model'],
  ['2^64 metadata entries', start(0n, huge), 'damaged-model'],
  ['a key of 2^63 bytes', Buffer.concat([start(0n, 1n), count(1n << 63n)]), 'damaged-model'],
  [
    'a string of 10 MB',
    Buffer.concat([start(0n, 1n), text('a'), word(8), count(10_000_000n)]),
    'damaged-model',
  ],
  [
    'an unknown value type',
    Buffer.concat([start(0n, 1n), text('a'), word(77), Buffer.alloc(64)]),
    'damaged-model',
  ],
  [
    'an array of 2^40 bytes',
    Buffer.concat([start(0n, 1n), text('a'), word(9), word(0), count(1n << 40n)]),
    'damaged-model',
  ],
  [
    'an array of arrays of arrays',
    Buffer.concat([start(0n, 1n), text('a'), word(9), ...Array.from({ length: 500 }, () => word(9))]),
    'damaged-model',
  ],
  [
    'a million empty strings in a short file',
    Buffer.concat([start(0n, 1n), text('a'), word(9), word(8), count(1_000_000n), Buffer.alloc(1000)]),
    'damaged-model',
  ],
  [
    'a key named __proto__',
    Buffer.concat([start(0n, 1n), text('__proto__'), word(4), word(1)]),
    'damaged-model',
  ],
  [
    'twice the same key',
    Buffer.concat([start(0n, 2n), ...[0, 1].flatMap(() => [text('a'), word(4), word(1)])]),
    'damaged-model',
  ],
  ['no metadata at all', Buffer.concat([start(0n, 0n), Buffer.alloc(64)]), 'unsupported-model'],
])('%s is refused', async (_, bytes, code) => {
  expect(await outcomeOf(bytes)).toBe(code);
});

test.each<[string, (info: Buffer, at: number) => void, string]>([
  ['dimensions of 2^64', (info, at) => info.writeBigUInt64LE(huge, at + 4), 'damaged-model'],
  ['a dimension of zero', (info, at) => info.writeBigUInt64LE(0n, at + 4), 'damaged-model'],
  ['rows that are not whole blocks', (info, at) => info.writeBigUInt64LE(100n, at + 4), 'damaged-model'],
  ['twice as many rows as fit', (info, at) => info.writeBigUInt64LE(1n << 31n, at + 12), 'damaged-model'],
  ['nine dimensions', (info, at) => info.writeUInt32LE(9, at), 'damaged-model'],
  ['an unknown type', (info, at) => info.writeUInt32LE(99, at + 20), 'unsupported-model'],
  ['a type that we do not read', (info, at) => info.writeUInt32LE(10, at + 20), 'unsupported-model'],
  ['an offset behind the end', (info, at) => info.writeBigUInt64LE(1n << 40n, at + 24), 'damaged-model'],
  ['an offset of 2^63', (info, at) => info.writeBigUInt64LE(1n << 63n, at + 24), 'damaged-model'],
  ['an offset inside the next tensor', (info, at) => info.writeBigUInt64LE(32n, at + 24), 'damaged-model'],
  ['an offset that is not aligned', (info, at) => info.writeBigUInt64LE(1n, at + 24), 'damaged-model'],
])('a tensor with %s is refused', async (_, change, code) => {
  const bytes = Buffer.from(tiny);
  const name = 'token_embd.weight';
  change(bytes, bytes.indexOf(name) + name.length);
  expect(await outcomeOf(bytes)).toBe(code);
});

test.each<[string, string, string]>([
  ['a tensor that is missing', 'blk.1.ffn_up.weight', 'blk.1.ffn_ux.weight'],
  ['a tensor that is there twice', 'blk.1.ffn_up.weight', 'blk.0.ffn_up.weight'],
  ['a configuration that is missing', 'qwen2.embedding_length', 'qwen2.embedding_lengtx'],
  ['an architecture that is not ours', 'general.architecture', 'general.architecturx'],
  ['a tokenizer that is not ours', 'tokenizer.ggml.model', 'tokenizer.ggml.modex'],
])('%s is refused', async (_, from, to) => {
  const bytes = Buffer.from(tiny);
  bytes.write(to, bytes.indexOf(from));
  expect(['damaged-model', 'unsupported-model']).toContain(await outcomeOf(bytes));
});

/** Runs everything that happens before weights are written; anything but a coded error is a defect. */
async function outcomeOf(bytes: Buffer): Promise<string> {
  writeFileSync(path, bytes);
  try {
    const file = await readGguf(path, neverAborted);
    const configuration = readConfiguration(file);
    const headParts = planHeadParts(readTokenizer(file));
    buildGraph(file, configuration, { accuracyLevel: 4, headParts });
    return 'fine';
  } catch (error) {
    if (error instanceof UserError) {
      return error.code;
    }
    throw error;
  }
}
