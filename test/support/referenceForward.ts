import { closeSync, openSync, readSync } from 'node:fs';
import type { TransformerConfiguration } from '../../src/model/configuration';
import { readConfiguration } from '../../src/model/gguf/readConfiguration';
import { readGguf, type GgufFile } from '../../src/model/gguf/readGguf';
import { dequantise } from '../../src/model/graph/dequantise';

/**
 * A decoder's forward pass in float32, as plainly as it can be said: one position after the other, no cache, no
 * batching. The layout follows karpathy/llama2.c. Reads the same GGUF as the product does.
 */
export interface ReferenceModel {
  readonly configuration: TransformerConfiguration;
  /** ids [seq] -> logits at each position, [seq][vocabularySize]. */
  forward(ids: readonly number[]): Float32Array[];
}

export async function loadReferenceModel(path: string): Promise<ReferenceModel> {
  const file = await readGguf(path, new AbortController().signal);
  const configuration = readConfiguration(file);
  const tensor = readTensors(file);
  return { configuration, forward: (ids) => forward(ids, configuration, tensor) };
}

type TensorByName = (name: string) => Float32Array | undefined;

function forward(
  ids: readonly number[],
  configuration: TransformerConfiguration,
  tensor: TensorByName,
): Float32Array[] {
  const { architecture, layerCount, hiddenSize, headCount, keyValueHeadCount, headDimension } = configuration;
  const { normEpsilon } = configuration;
  const isGated = architecture !== 'starcoder2';
  const {
    embedding: embeddingScale,
    attention: scoreScale,
    residual: residualScale,
    logits: logitScale,
  } = configuration.multipliers ?? {
    embedding: 1,
    attention: 1 / Math.sqrt(headDimension),
    residual: 1,
    logits: 1,
  };
  const weight = (name: string) => tensor(name) ?? fail(name);
  const embedding = weight('token_embd.weight'); // [vocabularySize, hiddenSize]
  const head = tensor('output.weight') ?? embedding; // [vocabularySize, hiddenSize]
  const rotaryFactors = tensor('rope_freqs.weight'); // [headDimension / 2]
  const keys = Array.from({ length: layerCount }, (): Float32Array[] => []); // [layer][position][kvHeads * headDim]
  const values = Array.from({ length: layerCount }, (): Float32Array[] => []); // the same

  const norm = (name: string, x: Float32Array) =>
    isGated
      ? rmsNorm(x, weight(`${name}.weight`), normEpsilon)
      : layerNorm(x, weight(`${name}.weight`), weight(`${name}.bias`), normEpsilon);

  return ids.map((id, position) => {
    const row = embedding.slice(id * hiddenSize, (id + 1) * hiddenSize); // [hiddenSize]
    let x: Float32Array = row.map((value) => value * embeddingScale);
    for (let layer = 0; layer < layerCount; layer++) {
      const block = `blk.${layer}`;
      const linear = (name: string, input: Float32Array) =>
        matMul(weight(`${block}.${name}.weight`), input, tensor(`${block}.${name}.bias`));

      const attentionInput = norm(`${block}.attn_norm`, x);
      const query = linear('attn_q', attentionInput); // [headCount * headDimension]
      const key = linear('attn_k', attentionInput); // [keyValueHeadCount * headDimension]
      if (architecture === 'qwen3') {
        normHeads(query, weight(`${block}.attn_q_norm.weight`), normEpsilon);
        normHeads(key, weight(`${block}.attn_k_norm.weight`), normEpsilon);
      }
      rotate(query, position, configuration, rotaryFactors);
      rotate(key, position, configuration, rotaryFactors);
      keys[layer]!.push(key);
      values[layer]!.push(linear('attn_v', attentionInput));
      const mixed = new Float32Array(headCount * headDimension);
      for (let headIndex = 0; headIndex < headCount; headIndex++) {
        const sharedHead = Math.floor(headIndex / (headCount / keyValueHeadCount));
        attend(mixed, query, keys[layer]!, values[layer]!, headIndex, sharedHead, headDimension, scoreScale);
      }
      x = add(x, linear('attn_output', mixed), residualScale);

      const feedForwardInput = norm(`${block}.ffn_norm`, x);
      const up = linear('ffn_up', feedForwardInput); // [feedForwardSize]
      const activated = isGated
        ? linear('ffn_gate', feedForwardInput).map((value, index) => silu(value) * up[index]!)
        : up.map(gelu);
      x = add(x, linear('ffn_down', activated), residualScale);
    }
    return matMul(head, norm('output_norm', x)).map((logit) => logit * logitScale); // [vocabularySize]
  });
}

/** Writes one head's weighted mean of the values so far into its part of `mixed`. */
function attend(
  mixed: Float32Array, // [headCount * headDimension]
  query: Float32Array, // [headCount * headDimension]
  keys: readonly Float32Array[], // [position][keyValueHeadCount * headDimension]
  values: readonly Float32Array[], // the same
  headIndex: number,
  sharedHead: number,
  headDimension: number,
  scoreScale: number,
): void {
  const scores = keys.map((key) => {
    let product = 0;
    for (let i = 0; i < headDimension; i++) {
      product += query[headIndex * headDimension + i]! * key[sharedHead * headDimension + i]!;
    }
    return product * scoreScale;
  });
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  for (const [position, exponential] of exponentials.entries()) {
    for (let i = 0; i < headDimension; i++) {
      mixed[headIndex * headDimension + i]! +=
        (exponential / sum) * values[position]![sharedHead * headDimension + i]!;
    }
  }
}

/** Turns each pair of dimensions of each head by position * base^(-2 pair / headDimension), in place. */
function rotate(
  heads: Float32Array, // [anyHeadCount * headDimension]
  position: number,
  { architecture, headDimension, ropeFrequencyBase }: TransformerConfiguration,
  factors: Float32Array | undefined,
): void {
  const half = headDimension / 2;
  // llama's rows are permuted by the converter: its pairs are neighbours.
  const areNeighbours = architecture === 'llama' || architecture === 'granite';
  for (let start = 0; start < heads.length; start += headDimension) {
    for (let pair = 0; pair < half; pair++) {
      const frequency = ropeFrequencyBase ** ((-2 * pair) / headDimension) / (factors?.[pair] ?? 1);
      const angle = position * frequency;
      const first = start + (areNeighbours ? 2 * pair : pair);
      const second = areNeighbours ? first + 1 : first + half;
      const [a, b] = [heads[first]!, heads[second]!];
      heads[first] = a * Math.cos(angle) - b * Math.sin(angle);
      heads[second] = a * Math.sin(angle) + b * Math.cos(angle);
    }
  }
}

/** matrix [rows, columns] · x [columns] + bias [rows] -> [rows]. */
function matMul(matrix: Float32Array, x: Float32Array, bias?: Float32Array): Float32Array {
  const rows = matrix.length / x.length;
  const result = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < x.length; column++) {
      sum += matrix[row * x.length + column]! * x[column]!;
    }
    result[row] = sum + (bias?.[row] ?? 0);
  }
  return result;
}

function rmsNorm(x: Float32Array, weight: Float32Array, epsilon: number): Float32Array {
  const meanSquare = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  return x.map((value, index) => (value / Math.sqrt(meanSquare + epsilon)) * weight[index]!);
}

/** Norms each head by itself, in place. */
function normHeads(heads: Float32Array, weight: Float32Array, epsilon: number): void {
  for (let start = 0; start < heads.length; start += weight.length) {
    heads.set(rmsNorm(heads.slice(start, start + weight.length), weight, epsilon), start);
  }
}

function layerNorm(x: Float32Array, weight: Float32Array, bias: Float32Array, epsilon: number): Float32Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map(
    (value, index) => ((value - mean) / Math.sqrt(variance + epsilon)) * weight[index]! + bias[index]!,
  );
}

function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}

/** The tanh form. */
function gelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

function add(a: Float32Array, b: Float32Array, scale: number): Float32Array {
  return a.map((value, index) => value + scale * b[index]!);
}

function readTensors(file: GgufFile): TensorByName {
  const known = new Map<string, Float32Array>();
  return (name) => {
    const tensor = file.tensors.get(name);
    const found = known.get(name);
    if (tensor === undefined || found !== undefined) {
      return found;
    }
    const bytes = new Uint8Array(tensor.byteCount);
    const descriptor = openSync(file.path, 'r');
    readSync(descriptor, bytes, 0, bytes.length, tensor.offset);
    closeSync(descriptor);
    const values = new Float32Array(tensor.elementCount);
    dequantise(tensor.type, bytes, values);
    known.set(name, values);
    return values;
  };
}

function fail(name: string): never {
  throw new Error(`the file lacks ${name}`);
}
