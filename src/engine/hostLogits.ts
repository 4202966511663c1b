import type { HeadPart } from '../model/headParts';
import {
  computedParts,
  holds,
  logSumExpOf,
  maxLogitRows,
  mostLikelyOf,
  type BoundLogits,
  type LikelyToken,
  type Logits,
  type WantedLogits,
} from './logits';
import { PinnedBuffer, type NativeAddress, type OrtApi } from './ortApi';

interface PlacedPart extends HeadPart {
  /** Of its first row, in the outputs that sum a row up. */
  readonly summariesFrom: number;
}

/** What one part of the vocabulary says in a row. */
interface PartSummary {
  readonly mostLikely: LikelyToken;
  readonly logSumExp: number;
}

/** Logits of a graph that runs in the host's memory, where all of them are at hand after a run. */
export class HostLogits implements Logits {
  readonly inputNames: readonly string[] = [];
  /** In the order in which `bind` returns their tensors. */
  readonly outputNames: readonly string[];
  private readonly values: PinnedBuffer<Float32Array>; // part after part, each [rowCount, idCount]
  private readonly logSumExps: PinnedBuffer<Float32Array>; // [partCount, maxLogitRows]; not of rare tokens
  private readonly argMaxes: PinnedBuffer<BigInt64Array>; // the same
  private rowCount = 0;
  private computed: readonly PlacedPart[] = [];
  private readonly rareSummaries = new Map<number, PartSummary>(); // by row

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

  bind(api: OrtApi, memoryInfo: NativeAddress, { rowCount, vocabulary }: WantedLogits): BoundLogits {
    this.rowCount = rowCount;
    this.computed = computedParts(this.parts, vocabulary);
    this.rareSummaries.clear();
    const outputs = this.parts.flatMap(({ firstId, idCount, isRare, summariesFrom }) => {
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
    return { inputs: [], outputs };
  }

  isRare(id: number): boolean {
    return this.parts.some((part) => part.isRare && holds(part, id));
  }

  at(row: number, id: number): number {
    // Called for each of the thousands of tokens that a constraint may allow: nothing is allocated here.
    for (const part of this.computed) {
      if (holds(part, id)) {
        return this.values.view[this.startOf(part, row) + id - part.firstId] ?? NaN;
      }
    }
    return -Infinity;
  }

  logSumExp(row: number): number {
    return logSumExpOf(this.summaries(row).map(({ logSumExp }) => logSumExp));
  }

  mostLikely(row: number): LikelyToken {
    return mostLikelyOf(this.summaries(row).map(({ mostLikely }) => mostLikely));
  }

  runnerUp(row: number, { id }: LikelyToken): LikelyToken {
    let best = { id: -1, logit: -Infinity };
    for (const part of this.computed) {
      const start = this.startOf(part, row);
      const position = largestPosition(
        this.values.view.subarray(start, start + part.idCount),
        id - part.firstId,
      );
      const logit = this.values.view[start + position] ?? -Infinity;
      best = logit > best.logit ? { id: part.firstId + position, logit } : best;
    }
    return best;
  }

  only(): Float32Array {
    if (this.rowCount !== 1 || this.computed.length !== this.parts.length) {
      throw new Error('the last run did not compute one whole row');
    }
    return this.values.view.subarray(0, this.values.view.length / maxLogitRows);
  }

  private summaries(row: number): PartSummary[] {
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
        mostLikely: { id: part.firstId + position, logit: values[position] ?? NaN },
        logSumExp: this.logSumExps.view[index] ?? NaN,
      };
    });
  }

  /** Of a part's logits for one row, in `values`. */
  private startOf({ firstId, idCount }: HeadPart, row: number): number {
    return this.rowCount * firstId + row * idCount;
  }
}

function summarise(values: Float32Array, firstId: number): PartSummary {
  const position = largestPosition(values, -1);
  const logit = values[position]!;
  let sum = 0;
  for (const value of values) {
    sum += Math.exp(value - logit);
  }
  return { mostLikely: { id: firstId + position, logit }, logSumExp: logit + Math.log(sum) };
}

/** Where the largest of `values` stands, the one at `except` left out. */
function largestPosition(values: Float32Array, except: number): number {
  let position = except === 0 ? 1 : 0;
  for (let index = position + 1; index < values.length; index++) {
    if (values[index]! > values[position]! && index !== except) {
      position = index;
    }
  }
  return position;
}
