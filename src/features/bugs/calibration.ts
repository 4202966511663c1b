import type { SlipKind, TrackRecord } from './types';

/**
 * How certain an edit of each kind must be to be underlined, in nats: set on the tuning half of the projects, above
 * the most certain false alarm of each kind there.
 */
export const strongNats: Readonly<Record<SlipKind, number>> = {
  operator: 5,
  'off-by-one': 5,
  boolean: 5,
  negation: 5,
  number: 5,
  'swapped-arguments': 6,
  await: 6,
  variable: 8,
  member: 7,
};

/**
 * What was measured for edits of a kind that are as certain as `certaintyNats`. Kinds that are alike are counted
 * together: single ones are too rare in the data.
 */
export function trackRecord(kind: SlipKind, certaintyNats: number): TrackRecord {
  const { strong, likely, any } = records[groups[kind]];
  const share = certaintyNats / strongNats[kind];
  return share >= 1 ? strong : share >= 0.5 ? likely : any;
}

type Group = 'symbols' | 'calls' | 'names';

const groups: Readonly<Record<SlipKind, Group>> = {
  operator: 'symbols',
  'off-by-one': 'symbols',
  boolean: 'symbols',
  negation: 'symbols',
  number: 'symbols',
  'swapped-arguments': 'calls',
  await: 'calls',
  variable: 'names',
  member: 'names',
};

interface Records {
  /** As certain as `strongNats`, half as certain, and at all. */
  readonly strong: TrackRecord;
  readonly likely: TrackRecord;
  readonly any: TrackRecord;
}

/**
 * From a scratch run over development data, which `npm run bench:bugs -- --half all --functions 144 --slips 73`
 * repeats for the strong ones: 2,788 lines of clean code, 28, 5 and 40 slips. There no strong flag was false, as the
 * thresholds were set so; what counts for those is the held-back half, see `strongRecord`.
 */
const records: Readonly<Record<Group, Records>> = {
  symbols: {
    strong: strongRecord(10, 28),
    likely: record(13, 28, 3),
    any: record(17, 28, 3),
  },
  calls: {
    strong: strongRecord(3, 5),
    likely: record(5, 5, 1),
    any: record(5, 5, 1),
  },
  names: {
    strong: strongRecord(18, 40),
    likely: record(21, 40, 2),
    any: record(21, 40, 8),
  },
};

/** False flags: of all kinds together, from `npm run bench:bugs -- --slips 0 --bugs 0` on the held-back half. */
function strongRecord(foundCount: number, slipCount: number): TrackRecord {
  return { foundCount, slipCount, falseCount: 5, cleanLineCount: 9_955 };
}

function record(foundCount: number, slipCount: number, falseCount: number): TrackRecord {
  return { foundCount, slipCount, falseCount, cleanLineCount: 2_788 };
}
