import type { Precision } from './precision';

/**
 * The forms of a graph for devices that have a memory of their own, by their usual names: bits of a weight, and what
 * everything else is computed in.
 */
export const deviceForms = ['q8f32', 'q8f16', 'q4f16'] as const;

export type DeviceForm = (typeof deviceForms)[number];

/** Of the activations and the KV cache. */
export function precisionOf(form: DeviceForm): Precision {
  return form === 'q8f32' ? 'float32' : 'float16';
}
