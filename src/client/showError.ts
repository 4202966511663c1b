import { commands, window, type LogOutputChannel } from 'vscode';
import { describeError, UserError, type ErrorCode } from '../base/errors';
import type { CommandId } from './commandIds';

interface Remedy {
  readonly title: string;
  readonly command: CommandId;
}

const showLog: Remedy = { title: 'Show Log', command: 'sotto.showLog' };

/** What is offered in place of the log alone. */
const remediesOf: Partial<Record<ErrorCode, readonly Remedy[]>> = {
  'model-not-found': [{ title: 'Get the Model', command: 'sotto.getModel' }],
  'download-failed': [
    { title: 'Try Again', command: 'sotto.getModel' },
    { title: 'Choose a File…', command: 'sotto.chooseModelFile' },
    showLog,
  ],
};

/** Logs an error of a command and shows it once, with what may help as buttons. */
export async function showError(error: unknown, output: Pick<LogOutputChannel, 'error'>): Promise<void> {
  output.error(describeError(error));
  const text =
    error instanceof UserError ? `${error.message} ${error.advice}` : `Sotto: ${describeError(error)}`;
  const code = error instanceof UserError ? error.code : undefined;
  const remedies = (code && remediesOf[code]) ?? [showLog];
  // Nothing went wrong where the model was not fetched yet.
  const show = code === 'model-not-found' ? window.showInformationMessage : window.showErrorMessage;
  const answer = await show(text, ...remedies.map(({ title }) => title));
  const remedy = remedies.find(({ title }) => title === answer);
  if (remedy !== undefined) {
    await commands.executeCommand(remedy.command);
  }
}
