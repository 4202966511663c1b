export type ArchitectureName = 'qwen2' | 'llama';

/** Sizes and constants of a decoder-only transformer, from the GGUF's `{architecture}.*` metadata. */
export interface TransformerConfiguration {
  readonly architecture: ArchitectureName;
  readonly layerCount: number;
  readonly hiddenSize: number;
  readonly feedForwardSize: number;
  readonly headCount: number;
  readonly keyValueHeadCount: number;
  readonly headDimension: number;
  readonly vocabularySize: number;
  /** Positions the model was trained for. */
  readonly contextLength: number;
  readonly rmsNormEpsilon: number;
  readonly ropeFrequencyBase: number;
}
