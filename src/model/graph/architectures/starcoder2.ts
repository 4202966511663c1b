import type { Architecture } from './architecture';
import { writeDecoder } from './decoder';

/** StarCoder2: LayerNorm, biases everywhere, and a feed-forward layer without a gate. https://arxiv.org/abs/2402.19173 */
export const starcoder2: Architecture = (...parts) =>
  writeDecoder(...parts, { pairing: 'halves', norm: 'layer', feedForward: 'gelu', headNorms: false });
