import { ProgressLocation, Range, window, workspace, WorkspaceEdit } from 'vscode';
import { UserError } from '../../base/errors';
import type { AssistRequests } from './assistRequests';
import { referenceTo } from './references';

/**
 * Documents the symbol at the cursor, those in the selection, or all of the file without a comment. All comments
 * are one edit and one undo step. Throws a `UserError` when it fails; then nothing is inserted.
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
  for (const { range, newText } of answer.edits) {
    const { start, end } = range;
    edit.replace(document.uri, new Range(start.line, start.character, end.line, end.character), newText);
  }
  if (document.version !== answer.version || !(await workspace.applyEdit(edit))) {
    throw new UserError(
      'document-changed',
      'The file changed while its comments were being written, so nothing was inserted.',
      'Run the command again.',
    );
  }
}
