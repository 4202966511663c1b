import type { Architecture } from './architecture';
import { gatedDecoder, writeDecoder } from './decoder';

/**
 * Llama and its many relatives. llama.cpp's converter permutes the rows of q and k (`LlamaModel.permute` in
 * convert_hf_to_gguf.py), so that RoPE turns neighbouring dimensions. https://arxiv.org/abs/2302.13971
 */
export const llama: Architecture = (...parts) =>
  writeDecoder(...parts, { ...gatedDecoder, pairing: 'neighbours' });
