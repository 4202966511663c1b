import type { TextDocument } from 'vscode-languageserver-textdocument';
import { reviewRecord } from '../../features/bugs/calibration';
import type * as protocol from '../../shared/protocol';
import { toRange } from '../editor/positions';
import type { BugPlace } from './documentBugs';

/** `place` in the protocol's terms. */
export function toBugLine(document: TextDocument, place: BugPlace): protocol.BugLine {
  const { kind, strength, range, edit, functionName } = place.finding;
  return {
    kind,
    strength,
    range: toRange(document, range),
    edit: edit ?? null,
    functionName: functionName ?? null,
    review: place.rank === undefined ? null : { rank: place.rank, record: reviewRecord },
    dismissalKey: place.dismissalKey,
  };
}
