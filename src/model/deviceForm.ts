import type { Precision } from './precision';

/**
 * The forms of a graph for devices that have a memory of their own, by their usual names: bits of a weight, and what
 * everything else is computed in. What they cost, in nats that the next token of real code loses against `q8f32` (n = 1,792,
 * all on the CPU): `q8f16` 0.004 (± 0.003) with the default model and 0.001 (± 0.002) with the one of 1.5B; `q4f16` 0.019
 * (± 0.009) with that, whose file has most weights in 4 bits. Weights of 8 bits cost next to nothing (`weightsPlan.ts`).
 */
export const deviceForms = ['q8f32', 'q8f16', 'q4f16'] as const;

export type DeviceForm = (typeof deviceForms)[number];

/** Of the activations and the KV cache. */
export function precisionOf(form: DeviceForm): Precision {
  return form === 'q8f32' ? 'float32' : 'float16';
}
