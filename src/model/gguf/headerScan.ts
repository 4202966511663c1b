import { damagedModel, unsupportedModel } from './errors';
import {
  maxArrayLength,
  maxDimensionCount,
  maxMetadataCount,
  maxStringByteCount,
  maxTensorCount,
} from './limits';

/** Bytes of a metadata value of fixed size, by GGUF value type. Types 8 and 9 are string and array. */
const scalarByteCounts: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const stringType = 8;
const arrayType = 9;

export interface HeaderScan {
  /** Where the tensor table ends. */
  readonly headerByteCount: number;
  /**
   * The last string of each array of strings, by key: `@huggingface/gguf` cuts it short, silently, when it
   * crosses the end of what the library has read so far.
   */
  readonly lastStrings: ReadonlyMap<string, string>;
}

/**
 * Walks a GGUF header without allocating anything that the file asks for, so that the library which parses it
 * afterwards meets no count, length or type that does not fit the file. `header` is the start of the file.
 * Throws a `UserError` (`damaged-model`, `unsupported-model`).
 * Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function scanHeader(header: Buffer): HeaderScan {
  const cursor: Cursor = { header, offset: 0 };
  if (header.subarray(0, 4).toString('latin1') !== 'GGUF') {
    throw damagedModel('it does not begin with the letters GGUF');
  }
  cursor.offset = 4;
  const version = readUint32(cursor);
  if (version !== 2 && version !== 3) {
    throw unsupportedModel(`GGUF version ${version} is not known (a big-endian or very old file)`);
  }
  const tensorCount = readCount(cursor, maxTensorCount, 'tensors');
  const metadataCount = readCount(cursor, maxMetadataCount, 'metadata entries');

  const keys = new Set<string>();
  const lastStrings = new Map<string, string>();
  for (let index = 0; index < metadataCount; index++) {
    const key = readString(cursor);
    if (keys.has(key) || key === '__proto__') {
      throw damagedModel(`the metadata key ${JSON.stringify(key.slice(0, 80))} must not occur here`);
    }
    keys.add(key);
    const lastString = skipValue(cursor);
    if (lastString !== undefined) {
      lastStrings.set(key, lastString);
    }
  }
  for (let index = 0; index < tensorCount; index++) {
    skipTensorInfo(cursor);
  }
  return { headerByteCount: cursor.offset, lastStrings };
}

interface Cursor {
  readonly header: Buffer;
  offset: number;
}

/** Returns the last string when the value is an array of strings. */
function skipValue(cursor: Cursor): string | undefined {
  const type = readUint32(cursor);
  if (type === stringType) {
    skipString(cursor);
    return undefined;
  }
  if (type !== arrayType) {
    advance(cursor, scalarByteCount(type));
    return undefined;
  }
  const elementType = readUint32(cursor);
  const length = readCount(cursor, maxArrayLength, 'elements of an array');
  if (elementType !== stringType) {
    advance(cursor, length * scalarByteCount(elementType)); // Arrays of arrays are refused here: nobody writes them.
    return undefined;
  }
  for (let index = 0; index < length - 1; index++) {
    skipString(cursor);
  }
  return length === 0 ? undefined : readString(cursor);
}

function skipTensorInfo(cursor: Cursor): void {
  skipString(cursor);
  const dimensionCount = readUint32(cursor);
  if (dimensionCount < 1 || dimensionCount > maxDimensionCount) {
    throw damagedModel(`a tensor claims ${dimensionCount} dimensions`);
  }
  advance(cursor, dimensionCount * 8 + 4 + 8); // dimensions, type, offset
}

function scalarByteCount(type: number): number {
  const byteCount = scalarByteCounts[type];
  if (byteCount === undefined) {
    throw damagedModel(`a metadata value has the unknown type ${type}`);
  }
  return byteCount;
}

function readString(cursor: Cursor): string {
  const start = skipString(cursor);
  return cursor.header.subarray(start, cursor.offset).toString('utf8');
}

/** Returns where the string's bytes begin; they end at the cursor. */
function skipString(cursor: Cursor): number {
  const byteCount = readCount(cursor, maxStringByteCount, 'bytes in a string');
  const start = cursor.offset;
  advance(cursor, byteCount);
  return start;
}

function readCount(cursor: Cursor, limit: number, what: string): number {
  const start = cursor.offset;
  advance(cursor, 8);
  const count = cursor.header.readBigUInt64LE(start);
  if (count > BigInt(limit)) {
    throw damagedModel(`it claims ${count} ${what}`);
  }
  return Number(count);
}

function readUint32(cursor: Cursor): number {
  const start = cursor.offset;
  advance(cursor, 4);
  return cursor.header.readUInt32LE(start);
}

function advance(cursor: Cursor, byteCount: number): void {
  if (cursor.offset + byteCount > cursor.header.length) {
    throw damagedModel('it ends inside its header, or the header is absurdly long');
  }
  cursor.offset += byteCount;
}
