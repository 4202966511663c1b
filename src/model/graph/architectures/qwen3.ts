import type { Architecture } from './architecture';
import { gatedDecoder, writeDecoder } from './decoder';

/** Qwen3: no biases, and a norm of each head of q and k before it is rotated. https://arxiv.org/abs/2505.09388 */
export const qwen3: Architecture = (...parts) => writeDecoder(...parts, { ...gatedDecoder, headNorms: true });
