import type { TransformerConfiguration } from '../configuration';
import type { Network } from './network';
import type { Value } from './onnxBuilder';
import type { Weights } from './weightsPlan';

/** Positions in the tables: more than a completion ever needs, and 2 MB each at headDimension 128. */
const maxPositionCount = 8192;

/** Positions that the graph of a model with this context can address. */
export function positionLimitOf(contextLength: number): number {
  return Math.min(contextLength, maxPositionCount);
}

/**
 * Cosines and sines of RoPE's angles, [positions, headDimension / 2]: position / base^(2i / headDimension), each
 * frequency divided by its factor where there are factors. https://arxiv.org/abs/2104.09864
 */
export function rotaryTables(
  network: Network,
  weights: Weights,
  { contextLength, headDimension, ropeFrequencyBase }: TransformerConfiguration,
  factors: Float32Array | undefined,
): { readonly cosines: Value; readonly sines: Value } {
  const positionCount = positionLimitOf(contextLength);
  const half = headDimension / 2;
  const cosines = new Float32Array(positionCount * half);
  const sines = new Float32Array(positionCount * half);
  for (let pair = 0; pair < half; pair++) {
    const frequency = ropeFrequencyBase ** ((-2 * pair) / headDimension) / (factors?.[pair] ?? 1);
    for (let position = 0; position < positionCount; position++) {
      cosines[position * half + pair] = Math.cos(position * frequency);
      sines[position * half + pair] = Math.sin(position * frequency);
    }
  }
  const shape = [positionCount, half];
  return {
    cosines: network.floatTable(weights.table('rope.cosines', cosines), shape),
    sines: network.floatTable(weights.table('rope.sines', sines), shape),
  };
}
