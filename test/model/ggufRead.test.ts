import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { readConfiguration } from '../../src/model/gguf/readConfiguration';
import { readGguf } from '../../src/model/gguf/readGguf';
import { readTokenizer } from '../../src/model/gguf/readTokenizer';
import { decodeSpecification, encodeSpecification } from '../../src/tokenizer/specification';
import { encodeTinyModel, writeTinyModel, type TinyModelOptions } from '../support/tinyModel';
import { tinyVocabulary } from '../support/tinyVocabulary';

const folder = mkdtempSync(join(tmpdir(), 'sotto-gguf-'));
const path = join(folder, 'tiny.gguf');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('configuration from the metadata', async () => {
  await writeTinyModel({ architecture: 'llama', seed: 1 }, path);
  expect(readConfiguration(await readGguf(path, neverAborted))).toEqual({
    architecture: 'llama',
    layerCount: 2,
    hiddenSize: 128,
    feedForwardSize: 256,
    headCount: 4,
    keyValueHeadCount: 2,
    headDimension: 32,
    vocabularySize: tinyVocabulary.tokens.length,
    contextLength: 512,
    normEpsilon: Math.fround(1e-6),
    ropeFrequencyBase: 10_000,
  });
});

test("Granite's multipliers, StarCoder2's epsilon, and a window that ends the context", async () => {
  const read = async (options: TinyModelOptions) => {
    await writeTinyModel(options, path);
    return readConfiguration(await readGguf(path, neverAborted));
  };
  const granite = await read({ architecture: 'granite', seed: 1 });
  expect(granite.multipliers).toEqual({
    embedding: 12,
    attention: Math.fround(0.3),
    residual: Math.fround(0.22),
    logits: 1 / 8,
  });
  const starcoder2 = await read({ architecture: 'starcoder2', seed: 1, contextLength: 16_384 });
  expect(starcoder2).toMatchObject({ normEpsilon: Math.fround(1e-6), contextLength: 4096 });
  const windowed = await read({ architecture: 'llama', seed: 1, contextLength: 512, slidingWindow: 128 });
  expect(windowed.contextLength).toBe(128);
});

test('heads that the attention cannot take are refused before anything is written', async () => {
  await writeTinyModel({ architecture: 'qwen3', seed: 1, headDimension: 40 }, path);
  const file = await readGguf(path, neverAborted);
  expect(() => readConfiguration(file)).toThrow('heads of 40');
});

test('the same seed writes the same file, another one another file', async () => {
  const first = await encodeTinyModel({ architecture: 'qwen2', seed: 7 });
  expect(first.equals(await encodeTinyModel({ architecture: 'qwen2', seed: 7 }))).toBe(true);
  expect(first.equals(await encodeTinyModel({ architecture: 'qwen2', seed: 8 }))).toBe(false);
});

test('the vocabulary: bytes, merged tokens, special tokens by name, end ids', async () => {
  await writeTinyModel({ architecture: 'qwen2', seed: 1 }, path);
  const specification = readTokenizer(await readGguf(path, neverAborted));
  const { tokenBytes, specialTokens, endOfTextIds, preTokenizer } = specification;
  const idOf = (token: string) => tinyVocabulary.tokens.indexOf(token);

  expect(preTokenizer).toBe('qwen2');
  expect(new Set(tokenBytes.slice(0, 256).map((bytes) => bytes[0])).size).toBe(256);
  expect(text(tokenBytes[idOf('Ġreturn')])).toBe(' return');
  expect(text(tokenBytes[idOf('ĊĠĠĠĠ')])).toBe('\n    ');
  expect(specialTokens.size).toBe(9);
  expect(specialTokens.get('<|fim_prefix|>')).toBe(idOf('<|fim_prefix|>'));
  expect(text(tokenBytes[idOf('<|fim_prefix|>')])).toBe('<|fim_prefix|>');
  expect(endOfTextIds).toEqual([idOf('<|im_end|>'), idOf('<|endoftext|>')]);
});

test('an encoded vocabulary is decoded to the same, and refused when cut or changed', async () => {
  await writeTinyModel({ architecture: 'llama', seed: 1 }, path);
  const specification = readTokenizer(await readGguf(path, neverAborted));
  const bytes = encodeSpecification(specification);
  const decoded = decodeSpecification(bytes);
  expect({ ...decoded, tokenBytes: decoded.tokenBytes.map(text) }).toEqual({
    ...specification,
    tokenBytes: specification.tokenBytes.map(text),
  });

  for (let length = 0; length < bytes.length; length += 37) {
    expect(() => decodeSpecification(bytes.subarray(0, length))).toThrow('damaged');
  }
  for (const offset of [0, 4, 8, 11, 12, 15, 16, 19, 23, 60]) {
    const changed = Uint8Array.from(bytes);
    changed[offset]! ^= 0xff; // Magic, pre-tokenizer, counts, ids, lengths.
    expect(() => decodeSpecification(changed)).toThrow('damaged');
  }
});

test('what the library cuts short at the end of its read-ahead is whole', async () => {
  // The library reads 2,000,000 bytes and then more only when something throws: a string that is the last of its
  // array and crosses that mark comes back short.
  const file = headerWithLongArray(1_999_990);
  writeFileSync(path, file);
  const { metadata } = await readGguf(path, neverAborted);
  expect((metadata.get('long') as string[]).at(-1)).toBe('the last string of its array');
});

/** A GGUF without tensors whose only entry is an array of two strings, the second of which begins at `mark`. */
function headerWithLongArray(mark: number): Buffer {
  const count = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  const type = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
  const string = (value: string) => Buffer.concat([count(Buffer.byteLength(value)), Buffer.from(value)]);
  const filler = Array.from({ length: 6 }, () => string('x'.repeat(300_000)));
  const start = [Buffer.from('GGUF'), type(3), count(0), count(1), string('long'), type(9), type(8)];
  const before = Buffer.concat([...start, count(filler.length + 2), ...filler]);
  const rest = string('x'.repeat(mark - before.length - 16));
  return Buffer.concat([before, rest, string('the last string of its array'), Buffer.alloc(64)]);
}

function text(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('latin1');
}
