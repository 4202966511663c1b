import { ProgressLocation, Range, window, workspace, WorkspaceEdit } from 'vscode';
import { UserError } from '../../base/errors';
import type { AssistRequests } from './assistRequests';
import { referenceTo } from './references';

/**
 * Documents the symbol at the cursor, those in the selection, or all of the file without a comment. All comments
 * are one edit and one undo step; those of a whole file are shown in VS Code's preview first. Throws a `UserError` when it fails; then nothing is inserted.
 */
export async function documentCode(requests: AssistRequests, scope: 'range' | 'file'): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor === undefined) {
    throw new UserError(
      'bad-argument',
      'No editor is active.',
      'Open a file and place the cursor in its code.',
    );
  }
  const { document, selection } = editor;
  const reference = referenceTo(document.uri, selection);
  const answer = await window.withProgress(
    { location: ProgressLocation.Notification, title: 'Sotto: documenting', cancellable: true },
    (progress, token) =>
      requests.document(
        { ...reference, scope },
        ({ doneCount, totalCount, symbolName }) =>
          progress.report({
            message: totalCount > 1 ? `${symbolName} (${doneCount + 1} of ${totalCount})` : symbolName,
            increment: doneCount === 0 ? 0 : 100 / totalCount,
          }),
        token,
      ),
  );
  if (answer === undefined) {
    return;
  }
  if (answer.edits.length === 0) {
    void window.showInformationMessage('Every symbol there has a complete comment already.');
    return;
  }
  const edit = new WorkspaceEdit();
  const needsConfirmation = scope === 'file';
  for (const { range, newText, symbolName } of answer.edits) {
    const { start, end } = range;
    const replaced = new Range(start.line, start.character, end.line, end.character);
    edit.replace(document.uri, replaced, newText, { label: symbolName, needsConfirmation });
  }
  const isCurrent = document.version === answer.version;
  const isApplied = isCurrent && (await workspace.applyEdit(edit));
  // A preview that the user discards is not an error.
  if (!isApplied && !(isCurrent && needsConfirmation)) {
    throw new UserError(
      'document-changed',
      'The file changed while its comments were being written, so nothing was inserted.',
      'Run the command again.',
    );
  }
}
