import {
  Position,
  ProgressLocation,
  Range,
  TextEditorRevealType,
  window,
  workspace,
  WorkspaceEdit,
  type Uri,
} from 'vscode';
import { UserError } from '../../base/errors';
import type { DocumentAnswer } from '../../shared/protocol';
import type { AssistRequests } from './assistRequests';
import { referenceTo } from './references';

/**
 * Documents the symbol at the cursor, those in the selection, or all of the file without a comment. All comments
 * are one edit and one undo step; for a whole file the user may see a preview first. Throws a `UserError` when it fails; then nothing is inserted.
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
    const { line, character } = first.range.start;
    const start = new Position(line, character);
    editor.revealRange(new Range(start, start), TextEditorRevealType.InCenterIfOutsideViewport);
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
    const { start, end } = range;
    const replaced = new Range(start.line, start.character, end.line, end.character);
    edit.replace(uri, replaced, newText, { label: symbolName, needsConfirmation });
  }
  return edit;
}
