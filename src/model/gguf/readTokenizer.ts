import type { PreTokenizerName, TokenizerSpecification } from '../../tokenizer/specification';
import { damagedModel, unsupportedModel } from './errors';
import { maxTokenByteCount } from './limits';
import { numberAt, numbersAt, stringAt, stringsAt } from './metadata';
import type { GgufFile } from './readGguf';

/** llama.cpp (src/llama-vocab.cpp, `tokenizer_pre ==`) maps these names to the same pattern. */
const preTokenizers: ReadonlyMap<string, PreTokenizerName> = new Map([
  ['qwen2', 'qwen2'],
  ['deepseek-r1-qwen', 'qwen2'],
  ['llama-bpe', 'llama-bpe'],
  ['llama3', 'llama-bpe'],
  ['llama-v3', 'llama-bpe'],
  ['gpt-2', 'gpt-2'],
  ['phi-2', 'gpt-2'],
  ['starcoder', 'starcoder'],
  ['refact', 'starcoder'], // What llama.cpp's converter calls the tokenizer of Granite 3 and of Granite's code models.
  ['smollm', 'starcoder'],
  ['codeshell', 'starcoder'],
  ['dbrx', 'llama-bpe'], // Granite 4.
  ['smaug-bpe', 'llama-bpe'],
]);

// Token types of `tokenizer.ggml.token_type` (llama.h, `enum llama_token_type`).
const normalType = 1;
const byteType = 6;

/** Names under which vocabularies hold a token that ends a text or a turn, beside those the metadata points at. */
const endNames = [
  '<|endoftext|>',
  '<|im_end|>',
  '<|end_of_text|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|end|>',
  '</s>',
];

/** The vocabulary from `tokenizer.ggml.*`. Throws `unsupported-model` unless it is a byte-level BPE we know. */
export function readTokenizer({ metadata }: GgufFile): TokenizerSpecification {
  const model = stringAt(metadata, 'tokenizer.ggml.model');
  const pre = stringAt(metadata, 'tokenizer.ggml.pre');
  const preTokenizer = preTokenizers.get(pre ?? '');
  if (model !== 'gpt2' || preTokenizer === undefined) {
    const names = [model, pre].map((name) => JSON.stringify(name?.slice(0, 40)) ?? 'none');
    throw unsupportedModel(`its tokenizer is ${names[0]} with pre-tokenizer ${names[1]}`);
  }
  const names = stringsAt(metadata, 'tokenizer.ggml.tokens');
  const types = numbersAt(metadata, 'tokenizer.ggml.token_type');
  if (names === undefined || types === undefined || names.length !== types.length) {
    throw damagedModel('its vocabulary is incomplete');
  }
  if (names.some((name) => Buffer.byteLength(name) > maxTokenByteCount)) {
    throw damagedModel('a token of its vocabulary is absurdly long');
  }

  const specialTokens = new Map<string, number>();
  const tokenBytes = names.map((name, id) => {
    const type = types[id] ?? normalType;
    if (type !== normalType && type !== byteType) {
      specialTokens.set(name, id);
      return Buffer.from(name, 'utf8');
    }
    return fromByteAlphabet(name) ?? refuseForeignToken(name);
  });
  checkEveryByteHasToken(tokenBytes);
  return { preTokenizer, tokenBytes, specialTokens, endOfTextIds: endIds() };

  function endIds(): number[] {
    const fromMetadata = ['eos', 'eot', 'eom']
      .map((kind) => numberAt(metadata, `tokenizer.ggml.${kind}_token_id`))
      .filter((id) => id !== undefined);
    for (const id of fromMetadata) {
      if (!Number.isInteger(id) || id < 0 || id >= tokenBytes.length) {
        throw damagedModel(`its end token ${id} is not in the vocabulary`);
      }
    }
    const byName = endNames.map((name) => specialTokens.get(name)).filter((id) => id !== undefined);
    return [...new Set([...fromMetadata, ...byName])];
  }
}

/**
 * GPT-2 writes each byte as one printable character: printable Latin-1 as itself, the rest as U+0100 onwards in
 * order (`bytes_to_unicode` in openai/gpt-2, src/encoder.py).
 */
const bytesByCharacter: ReadonlyMap<string, number> = (() => {
  const table = new Map<string, number>();
  let nextCodePoint = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    table.set(String.fromCodePoint(printable ? byte : nextCodePoint++), byte);
  }
  return table;
})();

function fromByteAlphabet(name: string): Uint8Array | undefined {
  const bytes = new Uint8Array(name.length);
  for (let index = 0; index < name.length; index++) {
    const byte = bytesByCharacter.get(name.charAt(index));
    if (byte === undefined) {
      return undefined;
    }
    bytes[index] = byte;
  }
  return bytes;
}

function refuseForeignToken(name: string): never {
  throw unsupportedModel(
    `the token ${JSON.stringify(name.slice(0, 40))} is not written in GPT-2's byte alphabet`,
  );
}

function checkEveryByteHasToken(tokenBytes: readonly Uint8Array[]): void {
  const present = new Set(tokenBytes.filter((bytes) => bytes.length === 1).map((bytes) => bytes[0]));
  if (present.size !== 256) {
    throw unsupportedModel('its vocabulary does not hold every single byte');
  }
}
