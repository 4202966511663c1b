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
  const { layerCount, hiddenSize, headCount, keyValueHeadCount, headDimension, rmsNormEpsilon } =
    configuration;
  const weight = (name: string) => tensor(name) ?? fail(name);
  const embedding = weight('token_embd.weight'); // [vocabularySize, hiddenSize]
  const head = tensor('output.weight') ?? embedding; // [vocabularySize, hiddenSize]
  const rotaryFactors = tensor('rope_freqs.weight'); // [headDimension / 2]
  const keys = Array.from({ length: layerCount }, (): Float32Array[] => []); // [layer][position][kvHeads * headDim]
  const values = Array.from({ length: layerCount }, (): Float32Array[] => []); // the same

  return ids.map((id, position) => {
    let x: Float32Array = embedding.slice(id * hiddenSize, (id + 1) * hiddenSize); // [hiddenSize]
    for (let layer = 0; layer < layerCount; layer++) {
      const block = `blk.${layer}`;
      const linear = (name: string, input: Float32Array) =>
        matMul(weight(`${block}.${name}.weight`), input, tensor(`${block}.${name}.bias`));

      const attentionInput = rmsNorm(x, weight(`${block}.attn_norm.weight`), rmsNormEpsilon);
      const query = linear('attn_q', attentionInput); // [headCount * headDimension]
      const key = linear('attn_k', attentionInput); // [keyValueHeadCount * headDimension]
      rotate(query, position, configuration, rotaryFactors);
      rotate(key, position, configuration, rotaryFactors);
      keys[layer]!.push(key);
      values[layer]!.push(linear('attn_v', attentionInput));
      const mixed = new Float32Array(headCount * headDimension);
      for (let headIndex = 0; headIndex < headCount; headIndex++) {
        const sharedHead = Math.floor(headIndex / (headCount / keyValueHeadCount));
        attend(mixed, query, keys[layer]!, values[layer]!, headIndex, sharedHead, headDimension);
      }
      x = add(x, linear('attn_output', mixed));

      const feedForwardInput = rmsNorm(x, weight(`${block}.ffn_norm.weight`), rmsNormEpsilon);
      const gate = linear('ffn_gate', feedForwardInput); // [feedForwardSize]
      const up = linear('ffn_up', feedForwardInput); // [feedForwardSize]
      const gated = gate.map((value, index) => (value / (1 + Math.exp(-value))) * up[index]!); // SiLU(gate) * up
      x = add(x, linear('ffn_down', gated));
    }
    return matMul(head, rmsNorm(x, weight('output_norm.weight'), rmsNormEpsilon)); // [vocabularySize]
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
): void {
  const scores = keys.map((key) => {
    let product = 0;
    for (let i = 0; i < headDimension; i++) {
      product += query[headIndex * headDimension + i]! * key[sharedHead * headDimension + i]!;
    }
    return product / Math.sqrt(headDimension);
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
  for (let start = 0; start < heads.length; start += headDimension) {
    for (let pair = 0; pair < half; pair++) {
      const frequency = ropeFrequencyBase ** ((-2 * pair) / headDimension) / (factors?.[pair] ?? 1);
      const angle = position * frequency;
      // llama's rows are permuted by the converter: its pairs are neighbours.
      const first = start + (architecture === 'llama' ? 2 * pair : pair);
      const second = architecture === 'llama' ? first + 1 : first + half;
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

function add(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, index) => value + b[index]!);
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
