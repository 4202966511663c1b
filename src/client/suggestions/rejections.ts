import { Position, Range, workspace, type Disposable } from 'vscode';
import type { SuggestionTracker } from './suggestionTracker';

/** Tells the tracker of each change to the document in which a suggestion stands. */
export function watchRejections(tracker: SuggestionTracker): Disposable {
  return workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    const suggestion = tracker.current(document.uri.toString());
    const change = contentChanges.at(0);
    if (suggestion === undefined || change === undefined) {
      return;
    }
    const start = new Position(suggestion.start.line, suggestion.start.character);
    const end = document.positionAt(change.rangeOffset + change.text.length);
    tracker.changed(end.isAfter(start) ? document.getText(new Range(start, end)) : '', performance.now());
  });
}
