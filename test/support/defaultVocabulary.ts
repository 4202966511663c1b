import { gguf } from '@huggingface/gguf';
import { Tokenizer as ReferenceTokenizer } from '@huggingface/tokenizers';
import type { TokenizerSpecification } from '../../src/tokenizer/specification';
import { defaultModelPath } from './defaultModel';

export interface DefaultVocabulary {
  readonly specification: TokenizerSpecification;
  /** Hugging Face's own implementation in JavaScript, on the same tokens and merges. */
  readonly referenceEncode: (text: string) => number[];
}

/** The default model's vocabulary, read from its GGUF without any code of ours. */
export async function readDefaultVocabulary(): Promise<DefaultVocabulary> {
  const { metadata } = await gguf(defaultModelPath(), { allowLocalFile: true });
  const values = metadata as Record<string, unknown>;
  const tokens = values['tokenizer.ggml.tokens'] as string[];
  const types = values['tokenizer.ggml.token_type'] as number[];
  const merges = values['tokenizer.ggml.merges'] as string[];
  const isOrdinary = (id: number) => types[id] === 1; // LLAMA_TOKEN_TYPE_NORMAL
  const specialTokens = tokens.flatMap((name, id) => (isOrdinary(id) ? [] : [[name, id] as const]));
  return {
    specification: {
      preTokenizer: 'qwen2',
      tokenBytes: tokens.map((token, id) => (isOrdinary(id) ? bytesOfCharacters(token) : Buffer.from(token))),
      specialTokens: new Map(specialTokens),
      endOfTextIds: [values['tokenizer.ggml.eos_token_id'] as number],
    },
    referenceEncode: createReference(tokens, merges),
  };
}

function createReference(tokens: string[], merges: string[]): (text: string) => number[] {
  // The parts of Qwen2.5's tokenizer.json that concern ordinary text, without its NFC normalizer.
  const pattern =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  const reference = new ReferenceTokenizer(
    {
      version: '1.0',
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
        ],
      },
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      model: {
        type: 'BPE',
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
      },
    },
    {},
  );
  return (text) => reference.encode(text, { add_special_tokens: false }).ids;
}

/** GPT-2's printable stand-ins for bytes: openai/gpt-2 src/encoder.py, bytes_to_unicode. */
const byteOfCharacter = new Map<string, number>();
let shiftedCount = 0;
for (let byte = 0; byte < 256; byte++) {
  const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
  byteOfCharacter.set(String.fromCharCode(isPrintable ? byte : 256 + shiftedCount++), byte);
}

function bytesOfCharacters(token: string): Uint8Array {
  return Uint8Array.from(token, (character) => byteOfCharacter.get(character)!);
}
