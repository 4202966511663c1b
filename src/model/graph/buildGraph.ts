import type { ArchitectureName, TransformerConfiguration } from '../configuration';
import type { Precision } from '../precision';
import type { GgufFile } from '../gguf/readGguf';
import type { Architecture, ArchitectureOptions } from './architectures/architecture';
import { granite } from './architectures/granite';
import { llama } from './architectures/llama';
import { qwen2 } from './architectures/qwen2';
import { qwen3 } from './architectures/qwen3';
import { starcoder2 } from './architectures/starcoder2';
import type { HalvesPlan } from './halves';
import { createNetwork } from './network';
import { encodeOnnxModel } from './onnxModel';
import { createWeights, type WeightsPlan } from './weightsPlan';

const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  qwen2,
  qwen3,
  llama,
  granite,
  starcoder2,
};

/** What one scale of the weights is for: a block of values, or a row of the matrix, which is an output channel. */
export type ScalePer = 'block' | 'channel';

export interface GraphOptions extends ArchitectureOptions {
  /** Of MatMulNBits: 4 quantises activations to int8, 0 keeps them float32 (exact, slow). */
  readonly accuracyLevel: 0 | 4;
  /** Absent: float32. */
  readonly precision?: Precision;
  /** By channel in float32 only. Absent: block. */
  readonly scalePer?: ScalePer;
}

export interface BuiltGraph {
  /** The `.onnx` file; its weights are external, in the file that the plan describes. */
  readonly onnx: Uint8Array;
  readonly weights: WeightsPlan;
  /** Of a float16 graph: the file with its numbers, which is made of the weights file. Empty for a float32 graph. */
  readonly halves: HalvesPlan;
  /** Of a graph by channel: the file with its matrices, which is made of the weights file. Empty for one by block. */
  readonly channels: WeightsPlan;
}

/** The graph of a model and the plan of its weights file. Throws `damaged-model` for missing or odd tensors. */
export function buildGraph(
  file: GgufFile,
  configuration: TransformerConfiguration,
  options: GraphOptions,
): BuiltGraph {
  const plan: WeightsPlan = { tasks: [], tables: [], byteCount: 0 };
  const halves: HalvesPlan = { copies: [], byteCount: 0 };
  const channels: WeightsPlan = { tasks: [], tables: [], byteCount: 0 };
  const network = createNetwork(options.accuracyLevel, {
    halves: options.precision === 'float16' ? halves : undefined,
    channels: options.scalePer === 'channel' ? channels : undefined,
  });
  const write = architectures[configuration.architecture];
  write(network, createWeights(file, plan), configuration, options);
  return {
    onnx: encodeOnnxModel(network.toOnnx(configuration.architecture)),
    weights: plan,
    halves,
    channels,
  };
}
