import { window, type TextEditor } from 'vscode';
import { UserError } from '../../base/errors';
import { isSupported } from '../documentSelector';

/**
 * The editor that a command is about: the active one, or one beside the walkthrough whose button was pressed. Throws a
 * `UserError` when there is none.
 */
export function requireEditor(): TextEditor {
  const editor =
    window.activeTextEditor ?? window.visibleTextEditors.find(({ document }) => isSupported(document));
  if (editor === undefined) {
    throw new UserError(
      'bad-argument',
      'No editor is active.',
      'Open a file and place the cursor in its code, or choose "Sotto: Try an Example".',
    );
  }
  return editor;
}
