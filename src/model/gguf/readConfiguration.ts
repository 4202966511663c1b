import {
  architectureNames,
  maxSizes,
  type ArchitectureName,
  type Multipliers,
  type TransformerConfiguration,
} from '../configuration';
import { damagedModel, unsupportedModel } from './errors';
import { countAt, numberAt, stringAt } from './metadata';
import type { GgufFile } from './readGguf';

/** `sliding_window` of config.json of bigcode/starcoder2-3b, -7b and -15b, which llama.cpp's converter leaves out. */
const starcoder2Window = 4096;

/** Sizes and constants from the `{architecture}.*` metadata. Throws `damaged-model` or `unsupported-model`. */
export function readConfiguration({ metadata, tensors }: GgufFile): TransformerConfiguration {
  const architecture = architectureName(stringAt(metadata, 'general.architecture'));
  const key = (name: string) => `${architecture}.${name}`;
  refuseVariants();

  const hiddenSize = countAt(metadata, key('embedding_length'), maxSizes.hiddenSize);
  const headCount = countAt(metadata, key('attention.head_count'), maxSizes.headCount);
  const keyValueHeadCount = countAt(
    metadata,
    key('attention.head_count_kv'),
    maxSizes.keyValueHeadCount,
    headCount,
  );
  const headDimension = countAt(
    metadata,
    key('attention.key_length'),
    maxSizes.headDimension,
    hiddenSize / headCount,
  );
  const feedForwardSize = countAt(metadata, key('feed_forward_length'), maxSizes.feedForwardSize);
  // Every matrix is cut into blocks of 32 along its input.
  for (const width of [hiddenSize, feedForwardSize, headCount * headDimension]) {
    if (width % 32 !== 0) {
      throw unsupportedModel(`a width of ${width} is not a multiple of 32`);
    }
  }
  if (headCount % keyValueHeadCount !== 0 || headDimension % 2 !== 0) {
    throw damagedModel(`${headCount} heads of ${headDimension} do not share ${keyValueHeadCount} key heads`);
  }
  // ONNX Runtime's attention takes no others.
  if (headDimension % 16 !== 0) {
    throw unsupportedModel(`its heads of ${headDimension} are not a multiple of 16`);
  }
  if (
    countAt(metadata, key('rope.dimension_count'), maxSizes.headDimension, headDimension) !== headDimension
  ) {
    throw unsupportedModel('it rotates only part of each head');
  }
  return {
    architecture,
    layerCount: countAt(metadata, key('block_count'), maxSizes.layerCount),
    hiddenSize,
    feedForwardSize,
    headCount,
    keyValueHeadCount,
    headDimension,
    vocabularySize: vocabularySize(),
    contextLength: Math.min(
      countAt(metadata, key('context_length'), maxSizes.contextLength),
      attentionWindow(),
    ),
    normEpsilon: between(key(normEpsilonName(architecture)), 1e-12, 0.1, 1e-5),
    ropeFrequencyBase: between(key('rope.freq_base'), 1, 1e12, 10_000),
    ...(architecture === 'granite' && { multipliers: multipliers() }),
  };

  function refuseVariants(): void {
    const scaling = stringAt(metadata, key('rope.scaling.type')) ?? 'none';
    if (scaling !== 'none') {
      throw unsupportedModel(`RoPE scaling "${scaling.slice(0, 40)}" is not known`);
    }
    if ((numberAt(metadata, 'split.count') ?? 1) > 1) {
      throw unsupportedModel('it is split over several files');
    }
    if ((numberAt(metadata, key('expert_count')) ?? 0) > 0) {
      throw unsupportedModel('it is a mixture of experts');
    }
    // Granite's files say so of models without any positions (llama.cpp, src/models/granite.cpp).
    if (architecture === 'granite' && metadata.get(key('rope.scaling.finetuned')) === false) {
      throw unsupportedModel('it has no rotary positions');
    }
  }

  /** Within its sliding window a model attends to everything, so a context that ends there is computed exactly. */
  function attentionWindow(): number {
    const window = numberAt(metadata, key('attention.sliding_window')) ?? 0;
    if (window > 0) {
      return countAt(metadata, key('attention.sliding_window'), maxSizes.contextLength);
    }
    return architecture === 'starcoder2' ? starcoder2Window : Infinity;
  }

  /** Names and defaults: llama.cpp, `load_arch_hparams` in src/models/granite.cpp. A scale of 0 is none. */
  function multipliers(): Multipliers {
    const scaleAt = (name: string, fallback: number) => between(key(name), 0, 1e6, fallback) || fallback;
    return {
      embedding: scaleAt('embedding_scale', 1),
      attention: scaleAt('attention.scale', 1 / Math.sqrt(headDimension)),
      residual: scaleAt('residual_scale', 1),
      logits: 1 / between(key('logit_scale'), 1e-6, 1e6, 1),
    };
  }

  function vocabularySize(): number {
    const embedding = tensors.get('token_embd.weight'); // [hiddenSize, vocabularySize]
    const rowCount = embedding?.shape[1];
    if (embedding === undefined || rowCount === undefined || rowCount > maxSizes.vocabularySize) {
      throw damagedModel('it has no table of token embeddings');
    }
    return rowCount;
  }

  function between(name: string, minimum: number, maximum: number, fallback: number): number {
    const value = numberAt(metadata, name) ?? fallback;
    if (!(value >= minimum && value <= maximum)) {
      throw damagedModel(`${name} is ${value}`);
    }
    return value;
  }
}

function architectureName(name: string | undefined): ArchitectureName {
  const known = architectureNames.find((architecture) => architecture === name);
  if (known === undefined) {
    const family = JSON.stringify(name?.slice(0, 80));
    throw unsupportedModel(`its architecture is ${family}, and Sotto knows ${architectureNames.join(', ')}`);
  }
  return known;
}

function normEpsilonName(architecture: ArchitectureName): string {
  return architecture === 'starcoder2' ? 'attention.layer_norm_epsilon' : 'attention.layer_norm_rms_epsilon';
}
