import { Range, workspace, type Disposable } from 'vscode';
import type { Range as ProtocolRange } from '../../shared/protocol';
import type { SuggestionTracker } from './suggestionTracker';

/** Tells the tracker of each change to the document in which a suggestion stands. */
export function watchRejections(tracker: SuggestionTracker): Disposable {
  return workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (tracker.isTracking(document.uri.toString())) {
      const textIn = ({ start, end }: ProtocolRange) =>
        document.getText(new Range(start.line, start.character, end.line, end.character));
      tracker.changed(contentChanges, textIn, performance.now());
    }
  });
}
