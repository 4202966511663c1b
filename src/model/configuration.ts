/** As GGUF files spell them in `general.architecture`. */
export const architectureNames = ['qwen2', 'qwen3', 'llama', 'granite', 'starcoder2'] as const;

export type ArchitectureName = (typeof architectureNames)[number];

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
  /** Positions the model was trained for, and no more than it attends to at once. */
  readonly contextLength: number;
  readonly normEpsilon: number;
  readonly ropeFrequencyBase: number;
  /** Absent where nothing is scaled. */
  readonly multipliers?: Multipliers;
}

/** The sizes among the values of a configuration. */
type SizeName = Exclude<
  keyof TransformerConfiguration,
  'architecture' | 'normEpsilon' | 'ropeFrequencyBase' | 'multipliers'
>;

/**
 * Far above any model that runs on a personal computer: they keep later arithmetic small, and native memory is allocated
 * by these numbers.
 */
export const maxSizes: Readonly<Record<SizeName, number>> = {
  layerCount: 512,
  hiddenSize: 1 << 20,
  feedForwardSize: 1 << 20,
  headCount: 1024,
  keyValueHeadCount: 1024,
  headDimension: 1024,
  vocabularySize: 1 << 20,
  contextLength: 1 << 24,
};

/** What Granite multiplies by, from muP (https://arxiv.org/abs/2203.03466). */
export interface Multipliers {
  readonly embedding: number;
  /** Of the products of queries and keys, in place of 1 / √headDimension. */
  readonly attention: number;
  /** Of what each layer adds to the residual. */
  readonly residual: number;
  readonly logits: number;
}
