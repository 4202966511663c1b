import { readSync, writeSync } from 'node:fs';
import { toChannels, type ChannelsTask } from './channels';
import { dequantise } from './dequantise';
import { repack } from './repack';
import type { RepackTask } from './weightsPlan';

/** Carries out one task between open files. Throws when the source is shorter than the task says. */
export function runRepackTask(task: RepackTask, sourceFile: number, targetFile: number): void {
  const source = new Uint8Array(task.sourceByteCount);
  readAll(sourceFile, source, task.sourceOffset);
  if (task.kind === 'channels') {
    writeChannels(task, source, sourceFile, targetFile);
    return;
  }
  if (task.kind === 'floats') {
    const values = new Float32Array(task.valueCount);
    dequantise(task.type, source, values);
    writeAll(targetFile, values, task.targetOffset);
    return;
  }
  const blocks = new Uint8Array(task.valueCount);
  const scales = new Float32Array(task.valueCount / task.blockSize);
  repack(task.type, source, blocks, scales);
  writeAll(targetFile, blocks, task.blocksOffset);
  writeAll(targetFile, scales, task.scalesOffset);
}

function writeChannels(
  { matrix, target }: ChannelsTask,
  blocks: Uint8Array,
  sourceFile: number,
  targetFile: number,
): void {
  const blockScales = new Uint8Array(matrix.scales.byteCount);
  readAll(sourceFile, blockScales, matrix.scales.offset);
  const values = new Int8Array(target.values.byteCount);
  const scales = new Float32Array(matrix.rowCount);
  toChannels(matrix, blocks, new Float32Array(blockScales.buffer), values, scales);
  writeAll(targetFile, values, target.values.offset);
  writeAll(targetFile, scales, target.scales.offset);
}

/** Writes all bytes of a typed array at a position. Float32 is written as it lies: every platform is little-endian. */
function writeAll(file: number, data: Uint8Array | Int8Array | Float32Array, position: number): void {
  let written = 0;
  while (written < data.byteLength) {
    written += writeSync(file, data, written, data.byteLength - written, position + written);
  }
}

function readAll(file: number, target: Uint8Array, position: number): void {
  let filled = 0;
  while (filled < target.length) {
    const count = readSync(file, target, filled, target.length - filled, position + filled);
    if (count === 0) {
      throw new Error('the file of weights became shorter while it was read');
    }
    filled += count;
  }
}
