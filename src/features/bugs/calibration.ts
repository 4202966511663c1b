import type { SlipKind, TrackRecord } from './types';

/**
 * How certain an edit of each kind must be to be underlined, in nats. On 3,557 good lines of the tuning half of the
 * projects no edit comes to more than 0.88 of it.
 */
export const strongNats: Readonly<Record<SlipKind, number>> = {
  operator: 6.25,
  'off-by-one': 6.25,
  boolean: 6.25,
  negation: 6.25,
  number: 6.25,
  'swapped-arguments': 7.5,
  await: 7.5,
  variable: 10,
  member: 8.75,
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

/** Of functions with a bug that was really committed and mended, those of which a review has a changed line. */
export const reviewRecord = { foundCount: 66, functionCount: 123 } as const;

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
 * From scratch runs over development data, which `npm run bench:bugs -- --functions 100000 --slips 200` repeats for the
 * strong ones: 13,512 lines of good code in both halves of the projects, and slips in 190 functions of the held-back half,
 * checked as after typing there. The good lines were read before checks shared what completions read: on 7,028 of them
 * read anew there were the same two flags.
 */
const records: Readonly<Record<Group, Records>> = {
  symbols: {
    strong: strongRecord(22, 64),
    likely: record(36, 64, 9),
    any: record(40, 64, 10),
  },
  calls: {
    strong: strongRecord(9, 15),
    likely: record(10, 15, 5),
    any: record(10, 15, 5),
  },
  names: {
    strong: strongRecord(38, 111),
    likely: record(51, 111, 16),
    any: record(61, 111, 40),
  },
};

/** False flags: of all kinds together, on the held-back half, of which no threshold was chosen. */
function strongRecord(foundCount: number, slipCount: number): TrackRecord {
  return { foundCount, slipCount, falseCount: 2, cleanLineCount: 9_955 };
}

function record(foundCount: number, slipCount: number, falseCount: number): TrackRecord {
  return { foundCount, slipCount, falseCount, cleanLineCount: 13_512 };
}
