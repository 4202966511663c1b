import { Range, type TextDocument } from 'vscode';
import type * as protocol from '../../shared/protocol';

/** A place for a request. VS Code's own ranges become arrays in JSON. */
export function referenceTo(uri: TextDocument['uri'], { start, end }: Range): protocol.CodeReference {
  return {
    uri: uri.toString(),
    range: {
      start: { line: start.line, character: start.character },
      end: { line: end.line, character: end.character },
    },
  };
}

/** The reverse: a range of an answer as VS Code's own. */
export function toRange({ start, end }: protocol.Range): Range {
  return new Range(start.line, start.character, end.line, end.character);
}
