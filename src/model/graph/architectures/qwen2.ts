import type { Architecture } from './architecture';
import { gatedDecoder, writeDecoder } from './decoder';

/** Qwen2 and Qwen2.5: biases on q, k and v, found in the file by name. https://arxiv.org/abs/2407.10671 */
export const qwen2: Architecture = (...parts) => writeDecoder(...parts, gatedDecoder);
