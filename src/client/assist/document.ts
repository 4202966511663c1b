import { TextEditorRevealType, window, workspace, WorkspaceEdit, type Uri } from 'vscode';
import { UserError } from '../../base/errors';
import type { DocumentAnswer } from '../../shared/protocol';
import type { AssistRequests } from './assistRequests';
import { requireEditor } from './activeEditor';
import { referenceTo, toRange } from './references';
import { withStepProgress } from './stepProgress';

/**
 * Documents the symbol at the cursor, those in the selection, or all of the file without a comment. All comments
 * are one edit and one undo step; for a whole file the user may see a preview first. Throws a `UserError` when it
 * fails; then nothing is inserted.
 */
export async function documentCode(requests: AssistRequests, scope: 'range' | 'file'): Promise<void> {
  const editor = requireEditor();
  const { document, selection } = editor;
  const reference = referenceTo(document.uri, selection);
  const answer = await withStepProgress('Sotto: documenting', (report, token) =>
    requests.document(
      { ...reference, scope },
      ({ symbolName, ...step }) => report({ ...step, name: symbolName }),
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
  const needsConfirmation = scope === 'file' ? await askForPreview(answer) : false;
  if (needsConfirmation === undefined) {
    return;
  }
  const isCurrent = document.version === answer.version;
  const isApplied = isCurrent && (await workspace.applyEdit(toEdit(document.uri, answer, needsConfirmation)));
  // A preview that the user discards is not an error.
  if (!isApplied && !(isCurrent && needsConfirmation)) {
    throw new UserError(
      'document-changed',
      'The file changed while its comments were being written, so nothing was inserted.',
      'Run the command again.',
    );
  }
  const first = answer.edits[0];
  if (isApplied && scope === 'range' && first !== undefined) {
    // A module's comment, or that of a long function, may be far above the cursor.
    const { start } = first.range;
    editor.revealRange(toRange({ start, end: start }), TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

/** Whether the comments of a file are shown in VS Code's preview, to choose from; undefined: the user wants none. */
async function askForPreview({ edits, leftCount }: DocumentAnswer): Promise<boolean | undefined> {
  const written = edits.length === 1 ? '1 comment is written.' : `${edits.length} comments are written.`;
  const text =
    leftCount === 0 ? written : `${written} For the ${leftCount} symbols left, run the command again.`;
  const choice = await window.showInformationMessage(text, 'Insert', 'Preview');
  return choice === undefined ? undefined : choice === 'Preview';
}

function toEdit(uri: Uri, { edits }: DocumentAnswer, needsConfirmation: boolean): WorkspaceEdit {
  const edit = new WorkspaceEdit();
  for (const { range, newText, symbolName } of edits) {
    edit.replace(uri, toRange(range), newText, { label: symbolName, needsConfirmation });
  }
  return edit;
}
