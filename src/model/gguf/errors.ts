import { UserError } from '../../base/errors';

/** The file contradicts itself or its own size. `detail` completes the sentence "…: {detail}". */
export function damagedModel(detail: string, options?: ErrorOptions): UserError {
  return new UserError(
    'damaged-model',
    `The model file is damaged: ${detail}.`,
    'Fetch the model again, or name another GGUF file.',
    options,
  );
}

/** The file may be fine, but we cannot run what it holds. */
export function unsupportedModel(detail: string, options?: ErrorOptions): UserError {
  return new UserError(
    'unsupported-model',
    `The model is not supported: ${detail}.`,
    'Use a qwen2, qwen3, llama, granite or starcoder2 model as GGUF with Q8_0, Q6_K, Q5, Q4 or float tensors and a byte-level BPE vocabulary.',
    options,
  );
}
