import type { Architecture } from './architecture';
import { llama } from './llama';

/**
 * Granite 3 and 4 (dense): Llama with multipliers, which the configuration holds; the converter permutes q and k as
 * Llama's (`GraniteModel` in convert_hf_to_gguf.py). https://arxiv.org/abs/2405.04324 is of its code models.
 */
export const granite: Architecture = llama;
