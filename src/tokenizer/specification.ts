import { UserError } from '../base/errors';

/** Names of the pre-tokenizers we know, as GGUF files spell them in `tokenizer.ggml.pre`. */
export type PreTokenizerName = 'qwen2' | 'llama-bpe' | 'gpt-2' | 'starcoder';

/** By the number that stands for each in the encoded form: append only. */
const preTokenizerNames: readonly PreTokenizerName[] = ['qwen2', 'llama-bpe', 'gpt-2', 'starcoder'];

/** Everything about a model's vocabulary that text <-> ids needs. Made from a GGUF's metadata by `model/`. */
export interface TokenizerSpecification {
  readonly preTokenizer: PreTokenizerName;
  /** The bytes of each token, by id; special tokens hold the UTF-8 bytes of their name. */
  readonly tokenBytes: readonly Uint8Array[];
  /** Every token that is not ordinary text (control, user-defined, unused): name -> id. `encode` never produces them from text. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** Ids after which generation stops (`<|endoftext|>`, `<|im_end|>`, …), from the GGUF's metadata. */
  readonly endOfTextIds: readonly number[];
}

/** Changes with the layout below. */
const magic = 0x314b_5453; // "STK1"
const headerByteCount = 20;

/**
 * The specification as bytes that load fast, little-endian: magic, index of the pre-tokenizer, counts of tokens,
 * special tokens and end ids (uint32 each); special ids and end ids (uint32 each); the length of each token
 * (uint16 each); the tokens' bytes one after the other. Throws RangeError for a token above 65,535 bytes.
 */
export function encodeSpecification(specification: TokenizerSpecification): Uint8Array {
  const { preTokenizer, tokenBytes, specialTokens, endOfTextIds } = specification;
  const ids = [...specialTokens.values(), ...endOfTextIds];
  const textByteCount = tokenBytes.reduce((sum, bytes) => sum + bytes.length, 0);
  const result = Buffer.alloc(headerByteCount + ids.length * 4 + tokenBytes.length * 2 + textByteCount);
  let offset = 0;
  const numbers = [magic, preTokenizerNames.indexOf(preTokenizer), tokenBytes.length, specialTokens.size];
  for (const number of [...numbers, endOfTextIds.length, ...ids]) {
    offset = result.writeUInt32LE(number, offset);
  }
  for (const bytes of tokenBytes) {
    offset = result.writeUInt16LE(bytes.length, offset);
  }
  for (const bytes of tokenBytes) {
    result.set(bytes, offset);
    offset += bytes.length;
  }
  return result;
}

/**
 * What `encodeSpecification` wrote; the tokens are views into `bytes`. Throws a `UserError` (`damaged-model`)
 * when a count, length or id does not fit.
 */
export function decodeSpecification(bytes: Uint8Array): TokenizerSpecification {
  if (bytes.byteLength < headerByteCount) {
    throw damagedTokenizer();
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numberAt = (index: number) => view.getUint32(index * 4, true);
  const preTokenizer = preTokenizerNames[numberAt(1)];
  const [tokenCount, specialCount, endCount] = [numberAt(2), numberAt(3), numberAt(4)];
  const lengthsAt = headerByteCount + (specialCount + endCount) * 4;
  let textAt = lengthsAt + tokenCount * 2;
  if (numberAt(0) !== magic || preTokenizer === undefined || textAt > bytes.byteLength) {
    throw damagedTokenizer();
  }

  const tokenBytes: Uint8Array[] = [];
  for (let id = 0; id < tokenCount; id++) {
    const end = textAt + view.getUint16(lengthsAt + id * 2, true);
    tokenBytes.push(bytes.subarray(textAt, end));
    textAt = end;
  }
  if (textAt !== bytes.byteLength) {
    throw damagedTokenizer();
  }
  const ids = Array.from({ length: specialCount + endCount }, (_, index) => numberAt(5 + index));
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true }); // A leading U+FEFF belongs to the name.
  const specialTokens = new Map(ids.slice(0, specialCount).map((id) => [decoder.decode(tokenOf(id)), id]));
  const endOfTextIds = ids.slice(specialCount);
  endOfTextIds.forEach(tokenOf);
  return { preTokenizer, tokenBytes, specialTokens, endOfTextIds };

  function tokenOf(id: number): Uint8Array {
    const found = tokenBytes[id];
    if (found === undefined) {
      throw damagedTokenizer();
    }
    return found;
  }
}

function damagedTokenizer(): UserError {
  return new UserError(
    'damaged-model',
    "The prepared model's vocabulary is damaged.",
    'Delete the folder "prepared" in the cache folder: the model is prepared again when it is loaded next.',
  );
}
