import { window, type TextEditor } from 'vscode';
import { UserError } from '../../base/errors';

/** The editor that a command is about. Throws a `UserError` when none is active. */
export function requireEditor(): TextEditor {
  const editor = window.activeTextEditor;
  if (editor === undefined) {
    throw new UserError(
      'bad-argument',
      'No editor is active.',
      'Open a file and place the cursor in its code.',
    );
  }
  return editor;
}
