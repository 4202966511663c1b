import type { ArchitectureName, TransformerConfiguration } from '../configuration';
import { damagedModel, unsupportedModel } from './errors';
import { countAt, numberAt, stringAt } from './metadata';
import type { GgufFile } from './readGguf';

// Bounds far above any model that runs on a personal computer: they keep later arithmetic small.
const maxLayerCount = 512;
const maxWidth = 1 << 20;
const maxHeadCount = 1024;
const maxHeadDimension = 1024;
const maxContextLength = 1 << 24;

/** Sizes and constants from the `{architecture}.*` metadata. Throws `damaged-model` or `unsupported-model`. */
export function readConfiguration({ metadata, tensors }: GgufFile): TransformerConfiguration {
  const architecture = architectureName(stringAt(metadata, 'general.architecture'));
  const key = (name: string) => `${architecture}.${name}`;
  refuseVariants();

  const hiddenSize = countAt(metadata, key('embedding_length'), maxWidth);
  const headCount = countAt(metadata, key('attention.head_count'), maxHeadCount);
  const keyValueHeadCount = countAt(metadata, key('attention.head_count_kv'), maxHeadCount, headCount);
  const headDimension = countAt(
    metadata,
    key('attention.key_length'),
    maxHeadDimension,
    hiddenSize / headCount,
  );
  const feedForwardSize = countAt(metadata, key('feed_forward_length'), maxWidth);
  // Every matrix is cut into blocks of 32 along its input.
  for (const width of [hiddenSize, feedForwardSize, headCount * headDimension]) {
    if (width % 32 !== 0) {
      throw unsupportedModel(`a width of ${width} is not a multiple of 32`);
    }
  }
  if (headCount % keyValueHeadCount !== 0 || headDimension % 2 !== 0) {
    throw damagedModel(`${headCount} heads of ${headDimension} do not share ${keyValueHeadCount} key heads`);
  }
  if (countAt(metadata, key('rope.dimension_count'), maxHeadDimension, headDimension) !== headDimension) {
    throw unsupportedModel('it rotates only part of each head');
  }
  return {
    architecture,
    layerCount: countAt(metadata, key('block_count'), maxLayerCount),
    hiddenSize,
    feedForwardSize,
    headCount,
    keyValueHeadCount,
    headDimension,
    vocabularySize: vocabularySize(),
    contextLength: countAt(metadata, key('context_length'), maxContextLength),
    rmsNormEpsilon: between(key('attention.layer_norm_rms_epsilon'), 1e-12, 0.1, 1e-5),
    ropeFrequencyBase: between(key('rope.freq_base'), 1, 1e12, 10_000),
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
    if ((numberAt(metadata, key('attention.sliding_window')) ?? 0) > 0) {
      throw unsupportedModel('it attends within a sliding window');
    }
  }

  function vocabularySize(): number {
    const embedding = tensors.get('token_embd.weight'); // [hiddenSize, vocabularySize]
    const rowCount = embedding?.shape[1];
    if (embedding === undefined || rowCount === undefined || rowCount > maxWidth) {
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
  if (name === 'qwen2' || name === 'llama') {
    return name;
  }
  throw unsupportedModel(`its architecture is ${JSON.stringify(name?.slice(0, 80))}`);
}
