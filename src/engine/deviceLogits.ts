import type { HeadPart } from '../model/headParts';
import {
  computedParts,
  holds,
  logSumExpOf,
  mostLikelyOf,
  type BoundLogits,
  type LikelyToken,
  type Logits,
  type WantedLogits,
} from './logits';
import { PinnedBuffer, type NativeAddress, type OrtApi } from './ortApi';

/** What a run says of one part; each [rows], and in `picked` [rows, ids.length]. */
interface PartBuffers {
  readonly logSumExps: PinnedBuffer<Float32Array>;
  readonly argMaxes: PinnedBuffer<BigInt64Array>;
  readonly largest: PinnedBuffer<Float32Array>;
  readonly seconds: PinnedBuffer<BigInt64Array>;
  readonly secondLargest: PinnedBuffer<Float32Array>;
  /** What was asked for, as the part counts its ids; never empty. */
  readonly ids: PinnedBuffer<Int32Array>;
  readonly picked: PinnedBuffer<Float32Array>;
}

/** The graph gives rare tokens one row more than was wanted: of no rows it could not find the largest. */
const spareRowCount = 1;

/**
 * Logits of a graph that runs in a device's own memory, which they do not leave: the graph says which two tokens are
 * the likeliest, and what the logits of the wanted tokens are. Only a whole row that was asked for is copied.
 */
export class DeviceLogits implements Logits {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly row: PinnedBuffer<Float32Array>; // [vocabulary]: of a run that wanted all of a row
  private readonly places: Int32Array; // [vocabulary]: where an id stands among those asked of its part
  private buffers = new Map<HeadPart, PartBuffers>(); // of the last run
  private computed: readonly HeadPart[] = [];
  private hasRow = false;

  constructor(private readonly parts: readonly HeadPart[]) {
    const vocabularySize = parts.reduce((sum, { idCount }) => sum + idCount, 0);
    this.row = PinnedBuffer.float32(vocabularySize);
    this.places = new Int32Array(vocabularySize);
    this.inputNames = parts.map((_, index) => `ids.${index}`);
    this.outputNames = [
      ...parts.flatMap((_, index) =>
        ['log_sum_exp', 'arg_max', 'largest', 'second', 'second_largest', 'picked'].map(
          (name) => `${name}.${index}`,
        ),
      ),
      ...parts.map((_, index) => `logits.${index}`), // Last: most runs do not ask for them.
    ];
  }

  bind(
    api: OrtApi,
    memoryInfo: NativeAddress,
    { rowCount, vocabulary, ids = [] }: WantedLogits,
  ): BoundLogits {
    this.computed = computedParts(this.parts, vocabulary);
    this.hasRow = ids === 'all';
    this.buffers = new Map();
    const inputs: NativeAddress[] = [];
    const summaries: NativeAddress[] = [];
    for (const part of this.parts) {
      const rows = part.isRare ? (vocabulary === 'whole' ? rowCount : 0) + spareRowCount : rowCount;
      const asked = this.placeIds(part, ids === 'all' ? [] : ids);
      const idCount = asked.view.length;
      const buffers = {
        logSumExps: PinnedBuffer.float32(rows),
        argMaxes: PinnedBuffer.int64(rows),
        largest: PinnedBuffer.float32(rows),
        seconds: PinnedBuffer.int64(rows),
        secondLargest: PinnedBuffer.float32(rows),
        ids: asked,
        picked: PinnedBuffer.float32(rows * idCount),
      };
      this.buffers.set(part, buffers);
      inputs.push(api.createTensorOver(memoryInfo, asked, 'int32', [idCount]));
      summaries.push(
        api.createTensorOver(memoryInfo, buffers.logSumExps, 'float32', [1, rows, 1]),
        api.createTensorOver(memoryInfo, buffers.argMaxes, 'int64', [1, rows]),
        api.createTensorOver(memoryInfo, buffers.largest, 'float32', [1, rows, 1]),
        api.createTensorOver(memoryInfo, buffers.seconds, 'int64', [1, rows]),
        api.createTensorOver(memoryInfo, buffers.secondLargest, 'float32', [1, rows, 1]),
        api.createTensorOver(memoryInfo, buffers.picked, 'float32', [1, rows, idCount]),
      );
    }
    const values = this.hasRow ? this.bindRow(api, memoryInfo, rowCount) : [];
    return { inputs, outputs: [...summaries, ...values] };
  }

  isRare(id: number): boolean {
    return this.parts.some((part) => part.isRare && holds(part, id));
  }

  at(row: number, id: number): number {
    const part = this.computed.find((candidate) => holds(candidate, id));
    if (part === undefined) {
      return -Infinity;
    }
    if (this.hasRow) {
      return this.row.view[id] ?? NaN;
    }
    const { ids, picked } = this.buffersOf(part);
    const place = this.places[id] ?? 0;
    if (ids.view[place] !== id - part.firstId) {
      throw new Error(`the last run was not asked for the logit of token ${id}`);
    }
    return picked.view[row * ids.view.length + place] ?? NaN;
  }

  logSumExp(row: number): number {
    return logSumExpOf(this.computed.map((part) => this.buffersOf(part).logSumExps.view[row] ?? NaN));
  }

  mostLikely(row: number): LikelyToken {
    return mostLikelyOf(this.computed.map((part) => this.mostLikelyIn(part, row)));
  }

  runnerUp(row: number, { id }: LikelyToken): LikelyToken {
    return mostLikelyOf(
      this.computed.map((part) => {
        const { seconds, secondLargest } = this.buffersOf(part);
        const second = {
          id: part.firstId + Number(seconds.view[row]),
          logit: secondLargest.view[row] ?? NaN,
        };
        return holds(part, id) ? second : this.mostLikelyIn(part, row);
      }),
    );
  }

  only(): Float32Array {
    if (!this.hasRow) {
      throw new Error('the last run was not asked for one whole row');
    }
    return this.row.view;
  }

  private mostLikelyIn(part: HeadPart, row: number): LikelyToken {
    const { argMaxes, largest } = this.buffersOf(part);
    return { id: part.firstId + Number(argMaxes.view[row]), logit: largest.view[row] ?? NaN };
  }

  /** Those of `ids` that the part holds, as it counts them. */
  private placeIds(part: HeadPart, ids: Iterable<number>): PinnedBuffer<Int32Array> {
    const held = Array.from(ids).filter((id) => holds(part, id));
    const asked = PinnedBuffer.int32(Math.max(1, held.length));
    held.forEach((id, place) => {
      asked.view[place] = id - part.firstId;
      this.places[id] = place;
    });
    return asked;
  }

  private bindRow(api: OrtApi, memoryInfo: NativeAddress, rowCount: number): readonly NativeAddress[] {
    if (rowCount !== 1 || this.computed.length !== this.parts.length) {
      throw new Error('all logits can be had of one row of the whole vocabulary');
    }
    return this.parts.map(({ firstId, idCount }) =>
      api.createTensorOver(memoryInfo, this.row, 'float32', [1, 1, idCount], firstId),
    );
  }

  private buffersOf(part: HeadPart): PartBuffers {
    const buffers = this.buffers.get(part);
    if (buffers === undefined) {
      throw new Error('there was no run');
    }
    return buffers;
  }
}
