import { commands, Selection, TextEditorRevealType, window, type Uri } from 'vscode';
import type * as protocol from '../../shared/protocol';
import { requireEditor } from '../assist/activeEditor';
import type { AssistRequests } from '../assist/assistRequests';
import { referenceTo, toRange } from '../assist/references';
import { withStepProgress } from '../assist/stepProgress';

type Scope = protocol.ReviewParameters['scope'];

/**
 * Reviews the function at the cursor, those in the selection, or the whole file. The lines are underlined as they
 * arrive; a message tells how many there are. Throws a `UserError` when it fails.
 */
export async function reviewCode(requests: AssistRequests, scope: Scope): Promise<void> {
  const editor = requireEditor();
  const reference = referenceTo(editor.document.uri, editor.selection);
  const answer = await withStepProgress('Sotto: reviewing', (report, token) =>
    requests.review(
      { ...reference, scope },
      ({ functionName, ...step }) => report({ ...step, name: functionName }),
      token,
    ),
  );
  if (answer === undefined) {
    return;
  }
  const [first] = answer.lines;
  const place = describePlace(scope, answer.functionName);
  if (first === undefined) {
    void window.showInformationMessage(`Sotto found nothing doubtful in ${place}.`);
    return;
  }
  const choice = await window.showInformationMessage(describeAnswer(answer.lines, place), 'Show');
  if (choice === 'Show') {
    await reveal(editor.document.uri, first);
  }
}

function describePlace(scope: Scope, functionName: string | null): string {
  return scope === 'file' ? 'this file' : functionName === null ? 'this code' : `\`${functionName}\``;
}

function describeAnswer(lines: readonly protocol.BugLine[], place: string): string {
  const numbers = lines.map(({ range }) => range.start.line + 1).join(', ');
  return lines.length === 1
    ? `The most doubtful line in ${place} is ${numbers}.`
    : `The most doubtful lines in ${place}, the most doubtful first: ${numbers}.`;
}

async function reveal(uri: Uri, line: protocol.BugLine): Promise<void> {
  const editor = await window.showTextDocument(uri);
  const { start } = toRange(line.range);
  editor.selection = new Selection(start, start);
  editor.revealRange(toRange(line.range), TextEditorRevealType.InCenterIfOutsideViewport);
  await commands.executeCommand('editor.action.showHover');
}
