import type { Range, TextDocument } from 'vscode';
import type { CodeReference } from '../../shared/protocol';

/** A place for a request. VS Code's own ranges become arrays in JSON. */
export function referenceTo(uri: TextDocument['uri'], { start, end }: Range): CodeReference {
  return {
    uri: uri.toString(),
    range: {
      start: { line: start.line, character: start.character },
      end: { line: end.line, character: end.character },
    },
  };
}
