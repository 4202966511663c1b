/** Scores are of texts that differ from what is generated, and come between; neither is to throw out the other. */
export type CacheUse = 'generate' | 'score';

/**
 * Which token ids one of the session's key/value memories holds, position by position. The numbers themselves never leave
 * ONNX Runtime: rows at and beyond `length` are leftovers that the next run overwrites.
 */
export class KvCache {
  private readonly ids: number[] = [];
  /** The memory of the cache that this one has branched from, while no run has copied the rows. */
  private branchedFrom: number | undefined;
  /** What it was taken for last. */
  use: CacheUse = 'generate';

  constructor(
    readonly capacity: number,
    /** Which of the session's memories it is, from 0. */
    readonly memoryIndex: number,
  ) {}

  get length(): number {
    return this.ids.length;
  }

  /** The memory that a run reads the rows of; it writes them, and its own, to `memoryIndex`. */
  get pastMemoryIndex(): number {
    return this.branchedFrom ?? this.memoryIndex;
  }

  /** Holds in place of its own what `other` holds in its first `length` positions. The next run copies the rows. */
  branchFrom(other: KvCache, length: number): void {
    this.ids.splice(0, Infinity, ...other.ids.slice(0, length));
    this.branchedFrom = other.memoryIndex;
  }

  /** Forgets rows that no run has copied: from now on `branchFrom`'s other cache may change. */
  forgetUncopied(): void {
    if (this.branchedFrom !== undefined) {
      this.truncate(0);
      this.branchedFrom = undefined;
    }
  }

  /** Number of leading positions that hold exactly the leading `ids`. */
  commonPrefixLength(ids: readonly number[]): number {
    const limit = Math.min(ids.length, this.ids.length);
    let length = 0;
    while (length < limit && this.ids[length] === ids[length]) {
      length += 1;
    }
    return length;
  }

  /** Forgets the positions from `length` on. Must precede a run that overwrites them: the run may be aborted. */
  truncate(length: number): void {
    this.ids.length = Math.min(this.ids.length, length);
  }

  /** Notes what a run has just added. */
  append(ids: readonly number[]): void {
    this.branchedFrom = undefined;
    for (const id of ids) {
      this.ids.push(id);
    }
  }
}
