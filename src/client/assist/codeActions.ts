import { CodeAction, CodeActionKind, CodeActionTriggerKind, languages, type Disposable } from 'vscode';
import { everyDocument, isSupported } from '../documentSelector';

/** Explain and document among the code actions: for a selection, or when the user opens the list. */
export function registerCodeActions(): Disposable {
  return languages.registerCodeActionsProvider(
    everyDocument,
    {
      // Without this condition a light bulb would stand at every line.
      provideCodeActions: (document, range, { triggerKind }) =>
        !isSupported(document) || (range.isEmpty && triggerKind !== CodeActionTriggerKind.Invoke)
          ? []
          : [action('Explain with Sotto', 'sotto.explain'), action('Document with Sotto', 'sotto.document')],
    },
    { providedCodeActionKinds: [CodeActionKind.Refactor] },
  );
}

function action(title: string, command: string): CodeAction {
  const result = new CodeAction(title, CodeActionKind.Refactor);
  result.command = { title, command };
  return result;
}
