import { open } from 'node:fs/promises';
import type { TransformerConfiguration } from '../configuration';
import { damagedModel } from './errors';
import type { GgufFile } from './readGguf';

/**
 * What each RoPE frequency is divided by, [headDimension / 2], or undefined when the file does not say. Llama 3.1
 * and later carry it as a tensor (convert_hf_to_gguf.py, `rope_freqs`). Throws `damaged-model`.
 */
export async function readRotaryFactors(
  { path, tensors }: GgufFile,
  { headDimension }: TransformerConfiguration,
): Promise<Float32Array | undefined> {
  const tensor = tensors.get('rope_freqs.weight');
  if (tensor === undefined) {
    return undefined;
  }
  if (tensor.type !== 'F32' || tensor.shape.join() !== String(headDimension / 2)) {
    throw damagedModel('its table of RoPE factors has another type or shape');
  }
  const factors = new Float32Array(headDimension / 2);
  const file = await open(path, 'r');
  try {
    await file.read(factors, 0, factors.byteLength, tensor.offset);
  } finally {
    await file.close();
  }
  if (!factors.every((factor) => factor > 0 && Number.isFinite(factor))) {
    throw damagedModel('a RoPE factor is not a positive number');
  }
  return factors;
}
