import type { ArchitectureName, TransformerConfiguration } from '../configuration';
import type { Precision } from '../precision';
import type { GgufFile } from '../gguf/readGguf';
import type { Architecture, ArchitectureOptions } from './architectures/architecture';
import { granite } from './architectures/granite';
import { llama } from './architectures/llama';
import { qwen2 } from './architectures/qwen2';
import { qwen3 } from './architectures/qwen3';
import { starcoder2 } from './architectures/starcoder2';
import type { MatrixForm } from './matrices';
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

export interface GraphOptions extends ArchitectureOptions {
  /** Of MatMulNBits: 4 quantises activations to int8, 0 keeps them float32 (exact, slow). */
  readonly accuracyLevel: 0 | 4;
  /** Absent: float32. */
  readonly precision?: Precision;
  /** Channels in float32 only, nibbles in float16 only. Absent: blocks. */
  readonly matrixForm?: MatrixForm;
  /** The name of the file of derived weights, where there are any. */
  readonly derivedName?: string;
}

export interface BuiltGraph {
  /** The `.onnx` file; its weights are external, in the file that the plan describes. */
  readonly onnx: Uint8Array;
  readonly weights: WeightsPlan;
  /** What of the weights file such a graph needs in another form. Empty for the graph that a model is prepared with. */
  readonly derived: WeightsPlan;
}

/** The graph of a model and the plan of its weights file. Throws `damaged-model` for missing or odd tensors. */
export function buildGraph(
  file: GgufFile,
  configuration: TransformerConfiguration,
  options: GraphOptions,
): BuiltGraph {
  const plan: WeightsPlan = { tasks: [], tables: [], byteCount: 0 };
  const derived: WeightsPlan = { tasks: [], tables: [], byteCount: 0 };
  const { accuracyLevel, precision, matrixForm, derivedName = 'derived.bin' } = options;
  const network = createNetwork({
    accuracyLevel,
    precision,
    matrixForm,
    derived: { name: derivedName, plan: derived },
  });
  const write = architectures[configuration.architecture];
  write(network, createWeights(file, plan), configuration, options);
  return {
    onnx: encodeOnnxModel(network.toOnnx(configuration.architecture)),
    weights: plan,
    derived,
  };
}
