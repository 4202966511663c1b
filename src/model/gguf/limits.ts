/**
 * What a header may claim before we believe it (CWE-770: allocation without limits). Each is far above any real
 * model, and far below what would exhaust memory or patience.
 */

/** `@huggingface/gguf` stops at 50 MB of header; a vocabulary of 256,000 tokens with merges takes 12 MB. */
export const maxHeaderByteCount = 48_000_000;

/** Real files have about 30 entries. */
export const maxMetadataCount = 4_096;

/** A layer has about a dozen tensors; this is a thousand layers. */
export const maxTensorCount = 16_384;

/** The vocabulary and its merges are the longest arrays; the library refuses more as well. */
export const maxArrayLength = 1_000_000;

/**
 * The longest strings are chat templates (about 10 kB). `@huggingface/gguf` silently cuts a value that reaches
 * beyond what it has read ahead, which is at least 500 kB.
 */
export const maxStringByteCount = 400_000;

/** The encoded vocabulary holds lengths in 16 bits; the longest real tokens are some hundred bytes. */
export const maxTokenByteCount = 65_535;

/** ggml's GGML_MAX_DIMS. */
export const maxDimensionCount = 4;

/** Keeps products of dimensions exact in a double; a tensor of this many elements would be 281 TB of bytes. */
export const maxElementCount = 2 ** 48;
