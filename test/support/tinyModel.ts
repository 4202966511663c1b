import {
  buildGgufHeader,
  GGUFValueType,
  type GGUFTypedMetadata,
  type MetadataValue,
} from '@huggingface/gguf';
import { writeFileSync } from 'node:fs';
import type { ArchitectureName } from '../../src/model/configuration';
import type { TensorType } from '../../src/model/gguf/tensorType';
import { encodeTensor } from './blockEncoders';
import { createRandom } from '../../src/base/random';
import { randomValues } from './random';
import { tinyVocabulary } from './tinyVocabulary';

export interface TinyModelOptions {
  readonly architecture: ArchitectureName;
  readonly seed: number;
  /** Of the matrices, by name; K types need rows of 256 (`hiddenSize: 256`). Norms and biases are F32. */
  readonly tensorType?: TensorType | ((tensorName: string) => TensorType);
  readonly hiddenSize?: number;
  /** Twice the hidden size, if not said. */
  readonly feedForwardSize?: number;
  /** A quarter of the hidden size, if not said. */
  readonly headDimension?: number;
  readonly layerCount?: number;
  readonly contextLength?: number;
  readonly slidingWindow?: number;
  /** What RoPE frequencies are divided by, [headDimension / 2], as Llama 3.1 and later have it. */
  readonly rotaryFactors?: readonly number[];
  /** No `output.weight`: the head is the embedding. */
  readonly tied?: boolean;
  /** Of the special tokens, made from Qwen's names. */
  readonly specialName?: (name: string) => string;
  /** `null`: the file has none. */
  readonly chatTemplate?: string | null;
}

/** Qwen's format in short. */
export const tinyChatTemplate =
  '{% for message in messages %}<|im_start|>{{ message.role }}\\n{{ message.content }}<|im_end|>{% endfor %}<|im_start|>assistant';

/** As llama.cpp's converter names them. */
const preTokenizerOf: Readonly<Record<ArchitectureName, string>> = {
  qwen2: 'qwen2',
  qwen3: 'qwen2',
  llama: 'llama-bpe',
  granite: 'refact',
  starcoder2: 'starcoder',
};

const alignment = 32;
const typeNumbers: Readonly<Record<TensorType, number>> = {
  ...{ F32: 0, F16: 1, BF16: 30, Q4_0: 2, Q4_1: 3, Q5_0: 6, Q5_1: 7, Q8_0: 8 },
  ...{ Q4_K: 12, Q5_K: 13, Q6_K: 14 },
};

/** Writes a GGUF of a random, untrained model: the same bytes for the same options. A few hundred KB. */
export async function writeTinyModel(options: TinyModelOptions, path: string): Promise<void> {
  writeFileSync(path, await encodeTinyModel(options));
}

/** The bytes of the file that `writeTinyModel` writes. */
export async function encodeTinyModel(options: TinyModelOptions): Promise<Buffer> {
  const tensors = tinyTensors(options);
  const infos: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const { name, shape, type, values } of tensors) {
    const { bytes } = encodeTensor(type, values);
    infos.push(encodeTensorInfo(name, shape, typeNumbers[type], offset));
    const padding = Buffer.alloc(-bytes.length & (alignment - 1));
    data.push(Buffer.from(bytes), padding);
    offset += bytes.length + padding.length;
  }
  const tensorTable = Buffer.concat(infos);
  const header = await buildGgufHeader(new Blob([tensorTable]), tinyMetadata(options, tensors.length), {
    littleEndian: true,
    tensorInfoByteRange: [0, tensorTable.length],
    alignment,
  });
  return Buffer.concat([Buffer.from(await header.arrayBuffer()), ...data]);
}

interface TinySizes {
  readonly hiddenSize: number;
  readonly feedForwardSize: number;
  readonly layerCount: number;
  readonly headDimension: number;
  readonly headCount: number;
  readonly keyValueHeadCount: number;
}

function sizesOf({ hiddenSize = 128, layerCount = 2, ...sizes }: TinyModelOptions): TinySizes {
  const { feedForwardSize = hiddenSize * 2, headDimension = hiddenSize / 4 } = sizes;
  return {
    hiddenSize,
    feedForwardSize,
    layerCount,
    headCount: 4,
    keyValueHeadCount: 2,
    headDimension,
  };
}

interface TinyTensor {
  readonly name: string;
  readonly shape: readonly number[]; // ggml's order: columns first
  readonly type: TensorType;
  readonly values: Float32Array;
}

function tinyTensors(options: TinyModelOptions): TinyTensor[] {
  const { hiddenSize, feedForwardSize, layerCount, headCount, keyValueHeadCount, headDimension } =
    sizesOf(options);
  const { architecture, tensorType = 'Q8_0', tied = false } = options;
  const random = createRandom(options.seed);
  const tensors: TinyTensor[] = [];
  const matrix = (name: string, rows: number, columns: number, gain = 1) => {
    const type = typeof tensorType === 'function' ? tensorType(name) : tensorType;
    const values = randomValues(random, rows * columns, gain / Math.sqrt(columns));
    tensors.push({ name, shape: [columns, rows], type, values });
  };
  const vector = (name: string, length: number, mean: number) => {
    const values = randomValues(random, length, 0.1).map((value) => value + mean);
    tensors.push({ name, shape: [length], type: 'F32', values });
  };
  const isStarcoder2 = architecture === 'starcoder2'; // Biases everywhere, no gate.
  const norm = (name: string) => {
    vector(`${name}.weight`, hiddenSize, 1);
    if (isStarcoder2) {
      vector(`${name}.bias`, hiddenSize, 0);
    }
  };
  const linear = (name: string, rows: number, columns: number) => {
    matrix(`${name}.weight`, rows, columns);
    if (isStarcoder2) {
      vector(`${name}.bias`, rows, 0);
    }
  };

  const vocabularySize = tinyVocabulary.tokens.length;
  matrix('token_embd.weight', vocabularySize, hiddenSize, 8);
  for (let layer = 0; layer < layerCount; layer++) {
    const block = `blk.${layer}`;
    norm(`${block}.attn_norm`);
    for (const [part, heads] of [
      ['q', headCount],
      ['k', keyValueHeadCount],
      ['v', keyValueHeadCount],
    ] as const) {
      matrix(`${block}.attn_${part}.weight`, heads * headDimension, hiddenSize, 2);
      if (architecture === 'qwen2' || isStarcoder2) {
        vector(`${block}.attn_${part}.bias`, heads * headDimension, 0);
      }
    }
    if (architecture === 'qwen3') {
      vector(`${block}.attn_q_norm.weight`, headDimension, 1);
      vector(`${block}.attn_k_norm.weight`, headDimension, 1);
    }
    linear(`${block}.attn_output`, hiddenSize, headCount * headDimension);
    norm(`${block}.ffn_norm`);
    if (!isStarcoder2) {
      linear(`${block}.ffn_gate`, feedForwardSize, hiddenSize);
    }
    linear(`${block}.ffn_up`, feedForwardSize, hiddenSize);
    linear(`${block}.ffn_down`, hiddenSize, feedForwardSize);
  }
  if (options.rotaryFactors !== undefined) {
    const values = Float32Array.from(options.rotaryFactors);
    tensors.push({ name: 'rope_freqs.weight', shape: [values.length], type: 'F32', values });
  }
  norm('output_norm');
  if (!tied) {
    matrix('output.weight', vocabularySize, hiddenSize, 4);
  }
  return tensors;
}

function tinyMetadata(options: TinyModelOptions, tensorCount: number): GGUFTypedMetadata {
  const { architecture, contextLength = 512, chatTemplate = tinyChatTemplate } = options;
  const { specialName = (name: string) => name } = options;
  const sizes = sizesOf(options);
  const { UINT32, FLOAT32, STRING, ARRAY, INT32 } = GGUFValueType;
  const uint = (value: number) => ({ value, type: UINT32 });
  const array = (value: MetadataValue[], subType: GGUFValueType) => ({ value, type: ARRAY, subType });
  const key = (name: string) => `${architecture}.${name}`;
  const entries: Record<string, { value: MetadataValue; type: GGUFValueType; subType?: GGUFValueType }> = {
    version: { value: 3, type: UINT32 },
    tensor_count: { value: BigInt(tensorCount), type: GGUFValueType.UINT64 },
    kv_count: { value: 0n, type: GGUFValueType.UINT64 }, // Counted by the writer.
    'general.architecture': { value: architecture, type: STRING },
    'general.name': { value: `tiny ${architecture}`, type: STRING },
    [key('block_count')]: uint(sizes.layerCount),
    [key('context_length')]: uint(contextLength),
    [key('embedding_length')]: uint(sizes.hiddenSize),
    [key('feed_forward_length')]: uint(sizes.feedForwardSize),
    [key('attention.head_count')]: uint(sizes.headCount),
    [key('attention.head_count_kv')]: uint(sizes.keyValueHeadCount),
    [key('rope.freq_base')]: { value: 10_000, type: FLOAT32 },
    [key(
      architecture === 'starcoder2' ? 'attention.layer_norm_epsilon' : 'attention.layer_norm_rms_epsilon',
    )]: { value: 1e-6, type: FLOAT32 },
    ...(options.slidingWindow !== undefined && {
      [key('attention.sliding_window')]: uint(options.slidingWindow),
    }),
    ...(options.headDimension !== undefined && {
      [key('attention.key_length')]: uint(options.headDimension),
      [key('attention.value_length')]: uint(options.headDimension),
    }),
    ...(architecture === 'granite' && {
      [key('embedding_scale')]: { value: 12, type: FLOAT32 },
      [key('attention.scale')]: { value: 0.3, type: FLOAT32 },
      [key('residual_scale')]: { value: 0.22, type: FLOAT32 },
      [key('logit_scale')]: { value: 8, type: FLOAT32 },
    }),
    'tokenizer.ggml.model': { value: 'gpt2', type: STRING },
    'tokenizer.ggml.pre': { value: preTokenizerOf[architecture], type: STRING },
    'tokenizer.ggml.tokens': array(
      tinyVocabulary.tokens.map((name, id) => (tinyVocabulary.types[id] === 1 ? name : specialName(name))),
      STRING,
    ),
    'tokenizer.ggml.token_type': array([...tinyVocabulary.types], INT32),
    'tokenizer.ggml.merges': array([...tinyVocabulary.merges], STRING),
    'tokenizer.ggml.eos_token_id': uint(tinyVocabulary.tokens.indexOf('<|im_end|>')),
    ...(chatTemplate !== null && { 'tokenizer.chat_template': { value: chatTemplate, type: STRING } }),
  };
  return entries as unknown as GGUFTypedMetadata; // Its type wants each known key spelt out.
}

function encodeTensorInfo(name: string, shape: readonly number[], type: number, offset: number): Buffer {
  const nameBytes = Buffer.from(name);
  const info = Buffer.alloc(8 + nameBytes.length + 4 + shape.length * 8 + 4 + 8);
  let at = info.writeBigUInt64LE(BigInt(nameBytes.length), 0);
  at += nameBytes.copy(info, at);
  at = info.writeUInt32LE(shape.length, at);
  for (const size of shape) {
    at = info.writeBigUInt64LE(BigInt(size), at);
  }
  at = info.writeUInt32LE(type, at);
  info.writeBigUInt64LE(BigInt(offset), at);
  return info;
}
