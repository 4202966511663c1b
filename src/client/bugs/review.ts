import {
  commands,
  ProgressLocation,
  Selection,
  TextEditorRevealType,
  window,
  type CancellationToken,
  type Uri,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { UserError } from '../../base/errors';
import * as protocol from '../../shared/protocol';
import { unwrap } from '../assist/assistRequests';
import { referenceTo } from '../assist/references';
import { toRange } from './bugLines';

type Scope = protocol.ReviewParameters['scope'];
type Step = Omit<protocol.ReviewStep, 'requestId'>;
type ReportStep = (step: Step) => void;

/** The server's reviews, with the progress of each brought back to who asked. */
export class Reviews {
  private readonly running = new Map<number, ReportStep>();
  private lastRequestId = 0;

  constructor(private readonly requireClient: () => LanguageClient) {}

  /** Called for each new client. */
  listen(client: LanguageClient): void {
    client.onNotification(protocol.reviewProgressNotification, (step) =>
      this.running.get(step.requestId)?.(step),
    );
  }

  /**
   * Reviews the function at the cursor, those in the selection, or the whole file. The lines are underlined as they
   * arrive; a message tells how many there are. Throws a `UserError` when it fails.
   */
  async run(scope: Scope): Promise<void> {
    const editor = window.activeTextEditor;
    if (editor === undefined) {
      throw new UserError(
        'bad-argument',
        'No editor is active.',
        'Open a file and place the cursor in its code.',
      );
    }
    const reference = referenceTo(editor.document.uri, editor.selection);
    const answer = await window.withProgress(
      { location: ProgressLocation.Notification, title: 'Sotto: reviewing', cancellable: true },
      (progress, token) =>
        this.request(
          { ...reference, scope },
          ({ doneCount, totalCount, functionName }) =>
            progress.report({
              message: totalCount > 1 ? `${functionName} (${doneCount + 1} of ${totalCount})` : functionName,
              increment: doneCount === 0 ? 0 : 100 / totalCount,
            }),
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

  private async request(
    parameters: Omit<protocol.ReviewParameters, 'requestId'>,
    onStep: ReportStep,
    token: CancellationToken,
  ): Promise<protocol.ReviewAnswer | undefined> {
    const requestId = (this.lastRequestId += 1);
    this.running.set(requestId, onStep);
    try {
      const request = { ...parameters, requestId };
      return unwrap(await this.requireClient().sendRequest(protocol.reviewRequest, request, token));
    } finally {
      this.running.delete(requestId);
    }
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
