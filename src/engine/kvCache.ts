/**
 * Which token ids one of the session's key/value memories holds, position by position. The numbers themselves never leave
 * ONNX Runtime: rows at and beyond `length` are leftovers that the next run overwrites.
 */
export class KvCache {
  private readonly ids: number[] = [];

  constructor(
    readonly capacity: number,
    /** Which of the session's memories it is, from 0. */
    readonly memoryIndex: number,
  ) {}

  get length(): number {
    return this.ids.length;
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

  append(ids: readonly number[]): void {
    for (const id of ids) {
      this.ids.push(id);
    }
  }
}
