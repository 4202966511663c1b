import { toFloat16 } from './float16';
import { allocate, type FileRange, type WeightsPlan } from './weightsPlan';

/** Float32 numbers of the weights file, which are the source, become float16. */
export interface HalvesTask {
  readonly kind: 'halves';
  readonly sourceOffset: number;
  readonly sourceByteCount: number;
  readonly target: FileRange;
}

/**
 * The place of the float16 copy of a float32 range of the weights file, the same one when it is asked for twice; the task
 * that makes it goes into the plan.
 */
export function halfOf(plan: WeightsPlan, { offset, byteCount }: FileRange): FileRange {
  const known = plan.tasks.find(
    (task): task is HalvesTask =>
      task.kind === 'halves' && task.sourceOffset === offset && task.sourceByteCount === byteCount,
  );
  if (known !== undefined) {
    return known.target;
  }
  const target = allocate(plan, byteCount / 2);
  plan.tasks.push({ kind: 'halves', sourceOffset: offset, sourceByteCount: byteCount, target });
  return target;
}

/** The bytes of float32 numbers as those of float16 ones. */
export function toHalves(source: Uint8Array): Uint8Array {
  const { buffer } = toFloat16(new Float32Array(source.buffer, source.byteOffset, source.byteLength / 4));
  return new Uint8Array(buffer);
}
