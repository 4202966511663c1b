import type { HeadPart } from '../model/headParts';
import { PinnedBuffer, type NativeAddress, type OrtApi } from './ortApi';

/** Logits are copied out for at most this many positions a run: 32 x 151,936 x 4 bytes = 19 MB for the default model. */
export const maxLogitRows = 32;

export interface WantedLogits {
  /** Of the last positions of a run, 1 to `maxLogitRows`. */
  readonly rowCount: number;
  /** `common` leaves out the rare tokens. */
  readonly vocabulary: 'whole' | 'common';
}

interface PlacedPart extends HeadPart {
  /** Of its first row, in the outputs that sum a row up. */
  readonly summariesFrom: number;
}

/** The largest logit of a row with its id, and log Σ exp of the row. */
interface Summary {
  readonly argMax: number;
  readonly largest: number;
  readonly logSumExp: number;
}

/** What the last run said about the next tokens. The graph computes the vocabulary in parts, and rare tokens on demand. */
export class Logits {
  /** In the order in which `bind` returns their tensors. */
  readonly outputNames: readonly string[];
  private readonly values: PinnedBuffer<Float32Array>; // part after part, each [rowCount, idCount]
  private readonly logSumExps: PinnedBuffer<Float32Array>; // [partCount, maxLogitRows]; not of rare tokens
  private readonly argMaxes: PinnedBuffer<BigInt64Array>; // the same
  private rowCount = 0;
  private computed: readonly PlacedPart[] = [];
  private readonly rareSummaries = new Map<number, Summary>(); // by row

  private readonly parts: readonly PlacedPart[];

  constructor(parts: readonly HeadPart[]) {
    this.parts = parts.map((part, index) => ({ ...part, summariesFrom: index * maxLogitRows }));
    const vocabularySize = parts.reduce((sum, { idCount }) => sum + idCount, 0);
    this.values = PinnedBuffer.float32(maxLogitRows * vocabularySize);
    this.logSumExps = PinnedBuffer.float32(parts.length * maxLogitRows);
    this.argMaxes = PinnedBuffer.int64(parts.length * maxLogitRows);
    this.outputNames = parts.flatMap(({ isRare }, index) =>
      isRare ? [`logits.${index}`] : [`logits.${index}`, `log_sum_exp.${index}`, `arg_max.${index}`],
    );
  }

  /** Tensors for the outputs of a run, over memory of this object. The caller releases them after the run. */
  bind(
    api: OrtApi,
    memoryInfo: NativeAddress,
    { rowCount, vocabulary }: WantedLogits,
  ): readonly NativeAddress[] {
    this.rowCount = rowCount;
    this.computed = vocabulary === 'whole' ? this.parts : this.parts.filter(({ isRare }) => !isRare);
    this.rareSummaries.clear();
    return this.parts.flatMap(({ firstId, idCount, isRare, summariesFrom }) => {
      const rows = isRare && vocabulary === 'common' ? 0 : rowCount;
      const { values, logSumExps, argMaxes } = this;
      const logits = api.createTensorOver(
        memoryInfo,
        values,
        'float32',
        [1, rows, idCount],
        rowCount * firstId,
      );
      return isRare
        ? [logits]
        : [
            logits,
            api.createTensorOver(memoryInfo, logSumExps, 'float32', [1, rows, 1], summariesFrom),
            api.createTensorOver(memoryInfo, argMaxes, 'int64', [1, rows], summariesFrom),
          ];
    });
  }

  isRare(id: number): boolean {
    return this.parts.some((part) => part.isRare && holds(part, id));
  }

  /** The logit of one token; -Infinity for a rare one that the run left out. */
  at(row: number, id: number): number {
    // Called for each of the thousands of tokens that a constraint may allow: nothing is allocated here.
    for (const part of this.computed) {
      if (holds(part, id)) {
        return this.values.view[this.startOf(part, row) + id - part.firstId] ?? NaN;
      }
    }
    return -Infinity;
  }

  /** log of the sum of exp(logits) of one row: logit - logSumExp is the token's log-probability. */
  logSumExp(row: number): number {
    const sums = this.summaries(row).map(({ logSumExp }) => logSumExp);
    const largest = Math.max(...sums);
    return largest + Math.log(sums.reduce((total, sum) => total + Math.exp(sum - largest), 0));
  }

  /** The most likely token of one row; of several equal ones the first. */
  argMax(row: number): number {
    return this.summaries(row).reduce((best, next) => (next.largest > best.largest ? next : best)).argMax;
  }

  /** All logits of a run with one row and the whole vocabulary: a view [vocabulary] that the next run overwrites. */
  only(): Float32Array {
    if (this.rowCount !== 1 || this.computed.length !== this.parts.length) {
      throw new Error('the last run did not compute one whole row');
    }
    return this.values.view.subarray(0, this.values.view.length / maxLogitRows);
  }

  private summaries(row: number): Summary[] {
    return this.computed.map((part) => {
      const start = this.startOf(part, row);
      const values = this.values.view.subarray(start, start + part.idCount);
      if (part.isRare) {
        const summary = this.rareSummaries.get(row) ?? summarise(values, part.firstId);
        this.rareSummaries.set(row, summary);
        return summary;
      }
      const index = part.summariesFrom + row;
      const position = Number(this.argMaxes.view[index]);
      return {
        argMax: part.firstId + position,
        largest: values[position] ?? NaN,
        logSumExp: this.logSumExps.view[index] ?? NaN,
      };
    });
  }

  /** Of a part's logits for one row, in `values`. */
  private startOf({ firstId, idCount }: HeadPart, row: number): number {
    return this.rowCount * firstId + row * idCount;
  }
}

function holds({ firstId, idCount }: HeadPart, id: number): boolean {
  return id >= firstId && id < firstId + idCount;
}

function summarise(values: Float32Array, firstId: number): Summary {
  let position = 0;
  for (let index = 1; index < values.length; index++) {
    if (values[index]! > values[position]!) {
      position = index;
    }
  }
  const largest = values[position]!;
  let sum = 0;
  for (const value of values) {
    sum += Math.exp(value - largest);
  }
  return { argMax: firstId + position, largest, logSumExp: largest + Math.log(sum) };
}
