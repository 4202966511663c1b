import { commands, window } from 'vscode';
import type { DocumentPosition } from '../../shared/protocol';

/** Asks for the suggestion at `place` again, now that it is there in full, if the user still waits at it. */
export async function showReadySuggestion({ uri, position }: DocumentPosition): Promise<void> {
  const editor = window.activeTextEditor;
  const cursor = editor?.selection.active;
  const isThere =
    editor?.document.uri.toString() === uri &&
    editor.selections.length === 1 &&
    editor.selection.isEmpty &&
    cursor?.line === position.line &&
    cursor.character === position.character;
  if (isThere) {
    await commands.executeCommand('editor.action.inlineSuggest.trigger');
  }
}
