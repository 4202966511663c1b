import { commands, Disposable, window } from 'vscode';
import { describeError, UserError } from '../base/errors';
import { acceptedCommand, type SuggestionReference } from '../shared/protocol';
import type { Application } from './application';
import { commandIds, type CommandId } from './commandIds';
import { chooseModel, chooseModelFile } from './model/modelPicker';
import { fetchModel } from './model/fetchModel';
import { showMenu } from './status/menu';

const TEN_MINUTES_MS = 10 * 60_000;

/** Registers every command, each behind the same fault barrier: an error is shown once, with the log at hand. */
export function registerCommands(application: Application): Disposable {
  const handlers: Readonly<Record<CommandId, () => unknown>> = {
    'sotto.showMenu': () => showMenu(application),
    'sotto.getModel': () => fetchModel(application),
    'sotto.chooseModel': () => chooseModel(application),
    'sotto.chooseModelFile': () => chooseModelFile(application),
    'sotto.whyNoSuggestion': () => application.outcomesPage.open(),
    'sotto.pauseTenMinutes': () => application.pause.pauseEverywhere(TEN_MINUTES_MS, Date.now()),
    'sotto.pauseLanguage': () => pauseLanguage(application),
    'sotto.pauseEverywhere': () => application.pause.pauseEverywhere(Infinity, Date.now()),
    'sotto.resume': () => application.pause.resume(),
    'sotto.restart': () => application.restart(),
    'sotto.showLog': () => application.output.show(),
    'sotto.openWalkthrough': () =>
      commands.executeCommand('workbench.action.openWalkthrough', `${application.extensionId}#sotto.start`),
  };
  return Disposable.from(
    ...commandIds.map((id) => commands.registerCommand(id, () => runCommand(application, handlers[id]))),
    commands.registerCommand(acceptedCommand, (reference: SuggestionReference) =>
      application.suggestionAccepted(reference),
    ),
  );
}

function pauseLanguage({ pause }: Application): void {
  const languageId = window.activeTextEditor?.document.languageId;
  if (languageId === undefined) {
    throw new UserError('bad-argument', 'No editor is active.', 'Open a file of the language to pause.');
  }
  pause.pauseLanguage(languageId);
}

async function runCommand(application: Application, handler: () => unknown): Promise<void> {
  try {
    await handler();
  } catch (error) {
    application.output.error(describeError(error));
    const text =
      error instanceof UserError ? `${error.message} ${error.advice}` : `Sotto: ${describeError(error)}`;
    const answer = await window.showErrorMessage(text, 'Show Log');
    if (answer === 'Show Log') {
      application.output.show();
    }
  }
}
