import { open } from 'node:fs/promises';
import { toFloat16 } from './float16';
import { allocate, type FileRange } from './weightsPlan';

/** Numbers of the weights file that a float16 graph needs as float16: copied to a file of their own. */
export interface HalvesPlan {
  readonly copies: { readonly source: FileRange; readonly target: FileRange }[];
  byteCount: number;
}

/** The place of the float16 copy of a float32 range of the weights file: the same one when it is asked for twice. */
export function halfOf(plan: HalvesPlan, source: FileRange): FileRange {
  const known = plan.copies.find(({ source: { offset, byteCount } }) => {
    return offset === source.offset && byteCount === source.byteCount;
  });
  if (known !== undefined) {
    return known.target;
  }
  const target = allocate(plan, source.byteCount / 2);
  plan.copies.push({ source, target });
  return target;
}

/** Makes the copies. Rejects with the signal's reason when aborted, and leaves a part of the file behind. */
export async function writeHalves(
  plan: HalvesPlan,
  weightsPath: string,
  targetPath: string,
  signal: AbortSignal,
): Promise<void> {
  const weights = await open(weightsPath, 'r');
  const target = await open(targetPath, 'w');
  try {
    await target.truncate(plan.byteCount);
    for (const { source, target: place } of plan.copies) {
      signal.throwIfAborted();
      const values = new Float32Array(source.byteCount / 4);
      const { bytesRead } = await weights.read(values, 0, source.byteCount, source.offset);
      const { bytesWritten } = await target.write(toFloat16(values), 0, place.byteCount, place.offset);
      if (bytesRead !== source.byteCount || bytesWritten !== place.byteCount) {
        throw new Error(`only ${bytesRead} bytes could be read, and ${bytesWritten} written`);
      }
    }
    await target.sync();
  } finally {
    await Promise.all([weights.close(), target.close()]);
  }
}
