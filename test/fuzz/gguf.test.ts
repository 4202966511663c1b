// Hostile GGUF files beyond single flipped bits (test/model/ggufHostile.test.ts): whole fields that claim anything, pieces
// that are missing or there twice, and everything that reads what the file says, up to the tokenizer and its first text.
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { UserError } from '../../src/base/errors';
import { silentLogger } from '../../src/base/logger';
import { createChatFormat } from '../../src/features/chat/chatFormat';
import { readConfiguration } from '../../src/model/gguf/readConfiguration';
import { readGguf } from '../../src/model/gguf/readGguf';
import { readRotaryFactors } from '../../src/model/gguf/readRotaryFactors';
import { readTokenizer } from '../../src/model/gguf/readTokenizer';
import { buildGraph } from '../../src/model/graph/buildGraph';
import { planHeadParts } from '../../src/model/headParts';
import { prepareModel } from '../../src/model/prepare';
import { decodeSpecification, encodeSpecification } from '../../src/tokenizer/specification';
import { createTokenizer } from '../../src/tokenizer/tokenizer';
import { encodeTinyModel, tinyChatTemplate } from '../support/tinyModel';

const folder = mkdtempSync(join(tmpdir(), 'sotto-fuzz-gguf-'));
const path = join(folder, 'hostile.gguf');
let tiny: Buffer;
let fields: Fields;
beforeAll(async () => {
  tiny = await encodeTinyModel({ architecture: 'qwen2', seed: 3, hiddenSize: 64, layerCount: 1 });
  fields = findFields(tiny);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the file itself is read to its end', async () => {
  expect(await outcomeOf(tiny)).toBe('fine');
  expect(fields.counts.length).toBeGreaterThan(300);
});

const hugeCounts = [0n, 1n, 2n, 255n, 1n << 16n, 10_000_000n, (1n << 31n) - 1n, 1n << 32n];
const absurdCounts = [1n << 40n, 1n << 53n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n];

test('counts, lengths, dimensions and offsets that claim anything', async () => {
  const claim = fc.record({
    field: fc.nat(),
    value: fc.oneof(fc.constantFrom(...hugeCounts, ...absurdCounts), fc.bigInt({ min: 0n, max: 4096n })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(claim, { minLength: 1, maxLength: 2 }), async (claims) => {
      const bytes = Buffer.from(tiny);
      for (const { field, value } of claims) {
        bytes.writeBigUInt64LE(value, fields.counts[field % fields.counts.length]);
      }
      await expectFineOrRefused(bytes);
    }),
    { numRuns: 300, seed: 11 },
  );
});

test('values and tensors of other types', async () => {
  const change = fc.record({
    field: fc.nat(),
    value: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0xffff_ffff, 0x7fff_ffff, 1 << 16)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const bytes = Buffer.from(tiny);
      for (const { field, value } of changes) {
        bytes.writeUInt32LE(value, fields.types[field % fields.types.length]);
      }
      await expectFineOrRefused(bytes);
    }),
    { numRuns: 200, seed: 12 },
  );
});

test('numbers that no model has', async () => {
  const change = fc.record({
    field: fc.nat(),
    value: fc.oneof(
      fc.constantFrom(0, 1, 2, 3, 31, 32, 33, 0x7f80_0000, 0x7fc0_0000, 0xffff_ffff, 0x8000_0000),
      fc.nat({ max: 0xffff_ffff }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const bytes = Buffer.from(tiny);
      for (const { field, value } of changes) {
        bytes.writeUInt32LE(value, fields.numbers[field % fields.numbers.length]);
      }
      await expectFineOrRefused(bytes);
    }),
    { numRuns: 300, seed: 13 },
  );
});

test('letters of keys, tokens, merges and names', async () => {
  const change = fc.record({ at: fc.nat(), value: fc.nat({ max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      const bytes = Buffer.from(tiny);
      for (const { at, value } of changes) {
        bytes[fields.letters[at % fields.letters.length]!] = value;
      }
      await expectFineOrRefused(bytes);
    }),
    { numRuns: 400, seed: 14 },
  );
});

test('pieces that are missing, there twice or foreign', async () => {
  const splice = fc.record({
    at: fc.nat(),
    removedCount: fc.nat({ max: 200 }),
    inserted: fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.record({ from: fc.nat(), length: fc.nat(400) })),
  });
  await fc.assert(
    fc.asyncProperty(splice, async ({ at, removedCount, inserted }) => {
      const start = at % fields.headerByteCount;
      const copyFrom = inserted instanceof Uint8Array ? 0 : inserted.from % tiny.length;
      const piece =
        inserted instanceof Uint8Array ? inserted : tiny.subarray(copyFrom, copyFrom + inserted.length);
      await expectFineOrRefused(
        Buffer.concat([tiny.subarray(0, start), piece, tiny.subarray(start + removedCount)]),
      );
    }),
    { numRuns: 300, seed: 15 },
  );
});

test('a file that is damaged anywhere becomes a prepared folder or is refused', async () => {
  const change = fc.record({ at: fc.nat(), value: fc.nat({ max: 255 }) });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const bytes = Buffer.from(tiny);
      for (const { at, value } of changes) {
        bytes[at % bytes.length] = value;
      }
      writeFileSync(path, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const cache = join(folder, `cache${++run}`);
      try {
        await prepareModel(path, sha256, cache, { report: () => {}, logger: silentLogger }, neverAborted);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
      rmSync(cache, { recursive: true, force: true });
    }),
    { numRuns: 25, seed: 16 },
  );
});

test('a chat template of any text is usable, or refused as unusable, in bounded time', async () => {
  const tokenizer = createTokenizer(await specificationOf(tiny));
  const pieces = ['{%', '%}', '{{', '}}', ' for m in messages ', ' endfor ', ' if ', ' endif ', 'messages'];
  const others = [
    '.content',
    '|length',
    '[0]',
    '(',
    ')',
    "'",
    ' range(9) ',
    ' set a = ',
    '\\',
    '\n',
    '#}',
    '{#',
  ];
  const mutated = fc.record({ at: fc.nat(), piece: fc.constantFrom(...pieces, ...others) });
  fc.assert(
    fc.property(fc.array(mutated, { maxLength: 5 }), (changes) => {
      const template = changes.reduce((text, { at, piece }) => {
        const index = at % (text.length + 1);
        return text.slice(0, index) + piece + text.slice(index + (at % 3));
      }, tinyChatTemplate);
      expectUsableOrRefused(template);
    }),
    { numRuns: 500, seed: 17 },
  );
  const loop = (depth: number): string =>
    depth === 0 ? 'x' : `{% for i in range(100000) %}${loop(depth - 1)}{% endfor %}`;
  for (const template of [loop(4), '{{ range(4000000000) }}', '{{ '.repeat(50_000), '('.repeat(100_000)]) {
    expectUsableOrRefused(template);
  }
  tokenizer.dispose();

  function expectUsableOrRefused(template: string): void {
    try {
      createChatFormat(template, tokenizer).encode([{ role: 'user', content: 'Hello' }]);
    } catch (error) {
      expect(error).toMatchObject({ name: 'UserError', code: 'unsupported-model' });
    }
  }
});

async function expectFineOrRefused(bytes: Buffer): Promise<void> {
  expect(['fine', 'damaged-model', 'unsupported-model']).toContain(await outcomeOf(bytes));
}

/** Runs everything that reads the header's content; anything but a coded error is a defect. */
async function outcomeOf(bytes: Buffer): Promise<string> {
  writeFileSync(path, bytes);
  try {
    const file = await readGguf(path, neverAborted);
    const configuration = readConfiguration(file);
    const specification = decodeSpecification(encodeSpecification(readTokenizer(file)));
    const rotaryFactors = await readRotaryFactors(file, configuration);
    const headParts = planHeadParts(specification);
    buildGraph(file, configuration, { accuracyLevel: 4, headParts, rotaryFactors });
    const tokenizer = createTokenizer(specification);
    const text = 'const answer = 42; // 😀';
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    tokenizer.bytePrefixIndex();
    tokenizer.dispose();
    return 'fine';
  } catch (error) {
    if (error instanceof UserError) {
      return error.code;
    }
    throw error;
  }
}

async function specificationOf(bytes: Buffer) {
  writeFileSync(path, bytes);
  return readTokenizer(await readGguf(path, neverAborted));
}

/** Where the fields of a header stand. */
interface Fields {
  /** uint64: counts of entries, elements and tensors, lengths of strings, dimensions, offsets. */
  readonly counts: number[];
  /** uint32: types of values, elements and tensors, counts of dimensions. */
  readonly types: number[];
  /** 32-bit values of metadata. */
  readonly numbers: number[];
  /** Bytes of strings. */
  readonly letters: number[];
  headerByteCount: number;
}

/** Reads a well-formed header with the value types that `encodeTinyModel` writes. */
function findFields(bytes: Buffer): Fields {
  const found: Fields = { counts: [8, 16], types: [4], numbers: [], letters: [], headerByteCount: 0 };
  let at = 24;
  const skipString = () => {
    found.counts.push(at);
    const length = Number(bytes.readBigUInt64LE(at));
    at += 8;
    found.letters.push(...Array.from({ length }, (_, index) => at + index));
    at += length;
  };
  const skipType = () => {
    found.types.push(at);
    at += 4;
    return bytes.readUInt32LE(at - 4);
  };
  const skipValue = (type: number) => {
    if (type === 8) {
      skipString();
    } else if (type === 9) {
      const elementType = skipType();
      found.counts.push(at);
      const length = Number(bytes.readBigUInt64LE(at));
      at += 8;
      Array.from({ length }).forEach(() => skipValue(elementType));
    } else {
      found.numbers.push(at);
      at += 4;
    }
  };
  for (let entry = Number(bytes.readBigUInt64LE(16)); entry > 0; entry--) {
    skipString();
    skipValue(skipType());
  }
  for (let tensor = Number(bytes.readBigUInt64LE(8)); tensor > 0; tensor--) {
    skipString();
    for (let dimension = skipType(); dimension > 0; dimension--) {
      found.counts.push(at);
      at += 8;
    }
    skipType();
    found.counts.push(at);
    at += 8;
  }
  found.headerByteCount = at;
  return found;
}
