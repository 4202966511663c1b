import { commands, Disposable, window } from 'vscode';
import { UserError } from '../base/errors';
import { acceptedCommand, type SuggestionReference } from '../shared/protocol';
import type { Application } from './application';
import { documentCode } from './assist/document';
import { bugCommands } from './bugs/bugCommands';
import { reviewCode } from './bugs/review';
import { commandIds, type CommandId } from './commandIds';
import { Example } from './example';
import { getCudaSupport } from './model/cudaSupport';
import { chooseDevice } from './model/devicePicker';
import { chooseModel, chooseModelFile } from './model/modelPicker';
import { fetchModel } from './model/fetchModel';
import { showError } from './showError';
import { showMenu } from './status/menu';

const TEN_MINUTES_MS = 10 * 60_000;

/** Registers every command, each behind the same fault barrier: an error is shown once, with the log at hand. */
export function registerCommands(application: Application): Disposable {
  const example = new Example();
  const handlers: Readonly<Record<CommandId, (target: unknown) => unknown>> = {
    'sotto.showMenu': () => showMenu(application),
    'sotto.getModel': () => fetchModel(application),
    'sotto.chooseModel': () => chooseModel(application),
    'sotto.chooseModelFile': () => chooseModelFile(application),
    'sotto.chooseDevice': () => chooseDevice(application),
    'sotto.getCudaSupport': () => getCudaSupport(application),
    'sotto.whyNoSuggestion': () => application.outcomesPage.open(),
    'sotto.pauseTenMinutes': () => application.pause.pauseEverywhere(TEN_MINUTES_MS),
    'sotto.pauseLanguage': () => pauseLanguage(application),
    'sotto.pauseEverywhere': () => application.pause.pauseEverywhere(Infinity),
    'sotto.resume': () => application.pause.resume(),
    'sotto.restart': () => application.restart(),
    'sotto.showLog': () => application.output.show(),
    'sotto.openWalkthrough': () =>
      commands.executeCommand('workbench.action.openWalkthrough', `${application.extensionId}#sotto.start`),
    'sotto.tryExample': () => example.show(),
    'sotto.explain': () => application.explanations.explain(),
    'sotto.document': () => documentCode(application.assistRequests, 'range'),
    'sotto.documentFile': () => documentCode(application.assistRequests, 'file'),
    'sotto.stopExplaining': (target) => application.explanations.stop(target),
    'sotto.retryExplanation': (target) => application.explanations.again(target),
    'sotto.shortenExplanation': (target) => application.explanations.again(target, 'shorter'),
    'sotto.lengthenExplanation': (target) => application.explanations.again(target, 'longer'),
    'sotto.askAboutExplanation': (target) => application.explanations.ask(target),
    'sotto.copyExplanation': (target) => application.explanations.copy(target),
    'sotto.showWhatTheModelSaw': (target) => application.explanations.showWhatTheModelSaw(target),
    'sotto.closeExplanation': (target) => application.explanations.close(target),
    'sotto.reviewFunction': () => reviewCode(application.assistRequests, 'function'),
    'sotto.reviewFile': () => reviewCode(application.assistRequests, 'file'),
  };
  return Disposable.from(
    ...commandIds.map((id) =>
      commands.registerCommand(id, (target: unknown) => runCommand(application, () => handlers[id](target))),
    ),
    ...Object.entries(bugCommands(application)).map(([id, handler]) =>
      commands.registerCommand(id, (argument: unknown) => runCommand(application, () => handler(argument))),
    ),
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
    await showError(error, application.output);
  }
}
