import { strongNats, trackRecord } from './calibration';
import { certainty, type DoubtfulEdit } from './scoring/doubt';
import type { SlipFinding } from './types';

/** 1 and more: certain enough for its kind to be underlined. */
export function strengthOf(doubt: DoubtfulEdit): number {
  return certainty(doubt) / strongNats[doubt.edit.kind];
}

/** `doubt` as it is told to the user. */
export function toFinding(doubt: DoubtfulEdit, functionName: string | undefined): SlipFinding {
  const { kind, range, found, expected } = doubt.edit;
  return {
    kind,
    strength: strengthOf(doubt) >= 1 ? 'strong' : 'weak',
    range,
    edit: { found, expected, logRatioNats: certainty(doubt), record: trackRecord(kind, certainty(doubt)) },
    functionName,
  };
}
