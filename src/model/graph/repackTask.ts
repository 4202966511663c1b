import { readSync, writeSync } from 'node:fs';
import { toChannels } from './channels';
import { dequantise } from './dequantise';
import { toHalves } from './halves';
import { toNibbles } from './nibbles';
import { repack } from './repack';
import type { BlockMatrix, FileRange, RepackTask } from './weightsPlan';

/** Carries out one task between open files. Throws when the source is shorter than the task says. */
export function runRepackTask(task: RepackTask, sourceFile: number, targetFile: number): void {
  const source = readAll(sourceFile, { offset: task.sourceOffset, byteCount: task.sourceByteCount });
  const scalesOf = ({ scales }: Pick<BlockMatrix, 'scales'>) =>
    new Float32Array(readAll(sourceFile, scales).buffer);
  switch (task.kind) {
    case 'floats': {
      const values = new Float32Array(task.valueCount);
      dequantise(task.type, source, values);
      writeAll(targetFile, values, task.targetOffset);
      return;
    }
    case 'blocks': {
      const blocks = new Uint8Array(task.valueCount);
      const scales = new Float32Array(task.valueCount / task.blockSize);
      repack(task.type, source, blocks, scales);
      writeAll(targetFile, blocks, task.blocksOffset);
      writeAll(targetFile, scales, task.scalesOffset);
      return;
    }
    case 'halves':
      writeAll(targetFile, toHalves(source), task.target.offset);
      return;
    case 'channels': {
      const { matrix, target } = task;
      const { values, scales } = toChannels(matrix, source, scalesOf(matrix));
      writeAll(targetFile, values, target.values.offset);
      writeAll(targetFile, scales, target.scales.offset);
      return;
    }
    case 'nibbles': {
      const { matrix, target } = task;
      const { blocks, scales, zeros } = toNibbles(matrix, source, scalesOf(matrix));
      writeAll(targetFile, blocks, target.blocks.offset);
      writeAll(targetFile, scales, target.scales.offset);
      writeAll(targetFile, zeros, target.zeros.offset);
    }
  }
}

/** Writes all bytes of a typed array at a position: numbers as they lie, since every platform is little-endian. */
function writeAll(
  file: number,
  data: Uint8Array | Int8Array | Uint16Array | Float32Array,
  position: number,
): void {
  let written = 0;
  while (written < data.byteLength) {
    written += writeSync(file, data, written, data.byteLength - written, position + written);
  }
}

function readAll(file: number, { offset, byteCount }: FileRange): Uint8Array {
  const target = new Uint8Array(byteCount);
  let filled = 0;
  while (filled < byteCount) {
    const count = readSync(file, target, filled, byteCount - filled, offset + filled);
    if (count === 0) {
      throw new Error('the file of weights became shorter while it was read');
    }
    filled += count;
  }
  return target;
}
