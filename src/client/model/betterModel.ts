import { commands, window, workspace, type Memento } from 'vscode';
import { formatBytes } from '../../base/formatBytes';
import type { ModelDescription } from '../../shared/modelState';
import type { CommandId } from '../commandIds';
import { describeExpectation } from './describeModel';
import { writeChoice, type SettingsWriter } from './modelPicker';

const OFFERED_KEY = 'sotto.betterModelOffered';
/** Nobody is interrupted: the offer waits for a pause of typing. */
const QUIET_MS = 20_000;

/**
 * Offers a larger model that this machine is fast enough for, once in the life of an installation, when nothing has been
 * typed for a while. Whatever the answer, the model picker is the way to it afterwards.
 */
export async function offerBetterModel(
  memory: Memento,
  model: ModelDescription,
  application: SettingsWriter,
): Promise<void> {
  if (memory.get<boolean>(OFFERED_KEY) === true) {
    return;
  }
  await quietFor(QUIET_MS);
  // Another window may have asked meanwhile, or the user have chosen.
  const { model: chosen, modelPath } = application.settings.current();
  if (memory.get<boolean>(OFFERED_KEY) === true || modelPath !== '' || chosen === model.name) {
    return;
  }
  await memory.update(OFFERED_KEY, true);
  const use = model.present ? 'Use It' : `Download ${formatBytes(model.byteCount)}`;
  const answer = await window.showInformationMessage(
    `This machine is fast enough for a better model: ${model.title}${describeExpectation(model)} (${model.licence}).`,
    use,
    "Don't Offer Again",
  );
  if (answer === use) {
    await writeChoice(application, { model: model.name, modelPath: '' });
    await commands.executeCommand('sotto.getModel' satisfies CommandId);
  }
}

function quietFor(quietMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      listener.dispose();
      resolve();
    };
    let timer = setTimeout(end, quietMs);
    const listener = workspace.onDidChangeTextDocument(() => {
      clearTimeout(timer);
      timer = setTimeout(end, quietMs);
    });
  });
}
