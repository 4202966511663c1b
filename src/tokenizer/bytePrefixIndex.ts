/** Finds ordinary tokens by the bytes they begin with. */
export interface BytePrefixIndex {
  /** Ids of the tokens that begin with `prefix` or equal it: a view of the index, not to be changed. */
  idsStartingWith(prefix: Uint8Array): Uint32Array;
  /** Ids of the tokens with which `bytes` begins, except those that equal it. */
  idsOfProperPrefixes(bytes: Uint8Array): number[];
}

/**
 * An index over `tokenBytes` (by id) without empty tokens and those that `isSpecial` names.
 * Takes about 75 ms for 150,000 tokens.
 */
export function createBytePrefixIndex(
  tokenBytes: readonly Uint8Array[],
  isSpecial: (id: number) => boolean,
): BytePrefixIndex {
  const bytesOf = (id: number) => tokenBytes[id]!;
  const sortedIds = sortIdsByBytes(tokenBytes, isSpecial); // [ordinaryTokenCount], ascending by bytes

  /** The first position whose token is not less than `key`. */
  const lowerBound = (key: Uint8Array) =>
    findFirst(sortedIds.length, (position) => compareBytes(bytesOf(sortedIds[position]!), key) >= 0);

  function idsStartingWith(prefix: Uint8Array): Uint32Array {
    const start = lowerBound(prefix);
    const count = findFirst(
      sortedIds.length - start,
      (offset) => !startsWith(bytesOf(sortedIds[start + offset]!), prefix),
    );
    return sortedIds.subarray(start, start + count);
  }

  return {
    idsStartingWith,
    idsOfProperPrefixes(bytes) {
      const ids: number[] = [];
      for (let length = 1; length < bytes.length; length++) {
        const range = idsStartingWith(bytes.subarray(0, length));
        if (range.length === 0) {
          break; // Nothing begins with this much of `bytes`, so nothing equals more of it.
        }
        // What equals the prefix sorts before what goes on after it.
        const end = range.findIndex((id) => bytesOf(id).length > length);
        ids.push(...range.subarray(0, end === -1 ? range.length : end));
      }
      return ids;
    },
  };
}

/** An id must stay exact beside four bytes in a double: 2^53 / 2^32. */
const maximumTokenCount = 2 ** 21;

/**
 * Numbers made of a token's first four bytes and its id sort natively, and only tokens with the same four bytes
 * are compared byte by byte: half the time of comparing all.
 */
function sortIdsByBytes(tokenBytes: readonly Uint8Array[], isSpecial: (id: number) => boolean): Uint32Array {
  if (tokenBytes.length > maximumTokenCount) {
    throw new RangeError(
      `${tokenBytes.length} tokens are more than the ${maximumTokenCount} an index can hold`,
    );
  }
  const allKeys = new Float64Array(tokenBytes.length);
  let keyCount = 0;
  for (let id = 0; id < tokenBytes.length; id++) {
    const bytes = tokenBytes[id]!;
    if (bytes.length > 0 && !isSpecial(id)) {
      allKeys[keyCount++] = firstFourBytes(bytes) * maximumTokenCount + id;
    }
  }
  const keys = allKeys.subarray(0, keyCount).sort();
  const ids = Uint32Array.from(keys, (key) => key % maximumTokenCount);
  const groupOf = (position: number) => Math.floor(keys[position]! / maximumTokenCount);
  for (let start = 0, end = 1; start < ids.length; start = end++) {
    while (end < ids.length && groupOf(end) === groupOf(start)) {
      end++;
    }
    if (end - start > 1) {
      ids.subarray(start, end).sort((left, right) => compareBytes(tokenBytes[left]!, tokenBytes[right]!));
    }
  }
  return ids;
}

/** As one number; a token that is shorter counts as if zeros followed. */
function firstFourBytes(bytes: Uint8Array): number {
  let number = 0;
  for (let index = 0; index < 4; index++) {
    number = number * 256 + (index < bytes.length ? bytes[index]! : 0);
  }
  return number;
}

/** Negative, zero or positive: like Buffer.compare, whose call costs more than comparing such short arrays. */
function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const sharedLength = Math.min(left.length, right.length);
  for (let index = 0; index < sharedLength; index++) {
    if (left[index] !== right[index]) {
      return left[index]! - right[index]!;
    }
  }
  return left.length - right.length;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && compareBytes(bytes.subarray(0, prefix.length), prefix) === 0;
}

/** The first index below `count` for which `holds` is true, or `count`; it must hold for all that follow. */
function findFirst(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
