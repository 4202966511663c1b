import { commands, window } from 'vscode';
import type { ReadySuggestion } from '../../shared/protocol';

/** Asks for the suggestion again, now that it is there in full, if the user still waits at its place. */
export async function showReadySuggestion({ uri, position, trigger }: ReadySuggestion): Promise<void> {
  const editor = window.activeTextEditor;
  const cursor = editor?.selection.active;
  const isThere =
    editor?.document.uri.toString() === uri &&
    editor.selections.length === 1 &&
    editor.selection.isEmpty &&
    cursor?.line === position.line &&
    cursor.character === position.character;
  if (isThere) {
    // Editors before `explicit` came pass it over, and count the request as one that was made with a key.
    await commands.executeCommand('editor.action.inlineSuggest.trigger', { explicit: trigger === 'manual' });
  }
}
