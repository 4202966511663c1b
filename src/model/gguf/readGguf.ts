import { gguf, type GGUFTensorInfo, type MetadataValue } from '@huggingface/gguf';
import { open } from 'node:fs/promises';
import { describeError, UserError } from '../../base/errors';
import { damagedModel, unsupportedModel } from './errors';
import { scanHeader } from './headerScan';
import { maxElementCount, maxHeaderByteCount } from './limits';
import { blockLayouts, tensorTypeOf, type TensorType } from './tensorType';

/** A GGUF file whose header has been checked against the file's size. No tensor data is in memory. */
export interface GgufFile {
  readonly path: string;
  readonly byteCount: number;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

export interface GgufTensor {
  readonly name: string;
  readonly type: TensorType;
  /** ggml's order: the first dimension is the contiguous one, so a matrix is [columns, rows]. */
  readonly shape: readonly number[];
  readonly elementCount: number;
  /** From the start of the file, in bytes. */
  readonly offset: number;
  readonly byteCount: number;
}

/**
 * Reads metadata and tensor table. Throws a `UserError`: `file-not-found`, `damaged-model` when anything in the
 * header does not fit the file, `unsupported-model` for tensor types or versions that we do not read.
 */
export async function readGguf(path: string, signal: AbortSignal): Promise<GgufFile> {
  const { header, byteCount } = await readHeaderBytes(path);
  signal.throwIfAborted();
  const { lastStrings, headerByteCount } = scanHeader(header);
  const parsed = await gguf(path, { allowLocalFile: true }).catch((error: unknown) => {
    throw damagedModel(`its header cannot be read (${describeError(error)})`, { cause: error });
  });
  signal.throwIfAborted();

  const metadata = new Map<string, MetadataValue>(Object.entries(parsed.metadata));
  for (const [key, lastString] of lastStrings) {
    const array = metadata.get(key);
    if (Array.isArray(array)) {
      array[array.length - 1] = lastString;
    }
  }
  const alignment = Number(metadata.get('general.alignment') ?? 32);
  if (![8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096].includes(alignment)) {
    throw damagedModel(`an alignment of ${alignment} is not a power of two from 8 to 4096`);
  }
  const dataOffset = Math.ceil(headerByteCount / alignment) * alignment;
  const tensors = parsed.tensorInfos.map((info) => checkTensor(info, dataOffset, alignment, byteCount));
  checkNoOverlap(tensors);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  if (byName.size !== tensors.length) {
    throw damagedModel('two tensors have the same name');
  }
  return { path, byteCount, metadata, tensors: byName };
}

async function readHeaderBytes(path: string): Promise<{ header: Buffer; byteCount: number }> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new UserError('file-not-found', `The model file ${path} cannot be opened.`, 'Check its path.', {
      cause: error,
    });
  });
  try {
    const { size } = await file.stat();
    const header = Buffer.allocUnsafe(Math.min(size, maxHeaderByteCount));
    let filled = 0;
    while (filled < header.length) {
      const { bytesRead } = await file.read(header, filled, header.length - filled, filled);
      if (bytesRead === 0) {
        throw damagedModel('it became shorter while it was read');
      }
      filled += bytesRead;
    }
    return { header, byteCount: size };
  } finally {
    await file.close();
  }
}

function checkTensor(
  info: GGUFTensorInfo,
  dataOffset: number,
  alignment: number,
  fileByteCount: number,
): GgufTensor {
  const label = `tensor ${JSON.stringify(info.name.slice(0, 80))}`;
  const type = tensorTypeOf(info.dtype);
  if (type === undefined) {
    throw unsupportedModel(`${label} has the type number ${String(info.dtype)}`);
  }
  const shape = info.shape.map(Number);
  const elementCount = shape.reduce((product, size) => product * size, 1);
  if (!(elementCount >= 1 && elementCount <= maxElementCount)) {
    throw damagedModel(`${label} claims the shape ${shape.join(' x ')}`);
  }
  const layout = blockLayouts[type];
  if ((shape[0] ?? 0) % layout.valueCount !== 0) {
    throw damagedModel(`the rows of ${label} are not whole blocks of ${type}`);
  }
  const byteCount = (elementCount / layout.valueCount) * layout.byteCount;
  const relativeOffset = Number(info.offset);
  const offset = dataOffset + relativeOffset;
  if (relativeOffset % alignment !== 0 || offset + byteCount > fileByteCount) {
    throw damagedModel(`${label} does not lie inside the file`);
  }
  return { name: info.name, type, shape, elementCount, offset, byteCount };
}

function checkNoOverlap(tensors: readonly GgufTensor[]): void {
  const ordered = [...tensors].sort((a, b) => a.offset - b.offset);
  for (const [index, tensor] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next !== undefined && tensor.offset + tensor.byteCount > next.offset) {
      throw damagedModel(`the tensors ${tensor.name} and ${next.name} overlap`);
    }
  }
}
