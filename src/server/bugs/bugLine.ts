import type { TextDocument } from 'vscode-languageserver-textdocument';
import type * as protocol from '../../shared/protocol';
import { toRange } from '../editor/positions';
import type { BugPlace } from './documentBugs';

/** `place` in the protocol's terms. */
export function toBugLine(document: TextDocument, place: BugPlace): protocol.BugLine {
  const { kind, strength, range, found, expected, logRatioNats, record, functionName } = place.finding;
  return {
    kind,
    strength,
    range: toRange(document, range),
    found,
    expected,
    logRatioNats,
    record,
    functionName: functionName ?? null,
    rank: place.rank ?? null,
    dismissalKey: place.dismissalKey,
  };
}
