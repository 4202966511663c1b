import type { TransformerConfiguration } from './configuration';
import type { HeadPart } from './headParts';

/**
 * What a prepared model's folder holds, written last when the folder is made, so that its presence means the
 * rest is complete. `{folder}/manifest.json`.
 */
export interface ModelManifest {
  /** Changes whenever the graph we write changes; a folder of another version is rebuilt. */
  readonly graphVersion: number;
  readonly sourceName: string;
  readonly sourceByteCount: number;
  readonly sourceSha256: string;
  readonly configuration: TransformerConfiguration;
  /** How the graph's logits are cut: one output each. */
  readonly headParts: readonly HeadPart[];
  /** Rows of the graph's RoPE tables: the KV cache must not be longer. At most the model's context length. */
  readonly positionLimit: number;
  /** The GGUF's chat template (Jinja), where it has one. */
  readonly chatTemplate: string | undefined;
  /** Files of the folder by role. */
  readonly files: Readonly<Record<'graph' | 'weights' | 'tokenizer', ManifestFile>>;
}

export interface ManifestFile {
  readonly name: string;
  readonly byteCount: number;
  readonly sha256: string;
  /** When the file was last written, as `stat` says (`mtimeMs`): while it stays, its bytes are not hashed again. */
  readonly modifiedTimeMs: number;
}

/** A prepared model on disk, complete and checked. */
export interface PreparedModel {
  readonly folder: string;
  readonly manifest: ModelManifest;
}
