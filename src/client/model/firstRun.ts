import { commands, window, type Memento } from 'vscode';
import { formatBytes } from '../../base/formatBytes';
import type { ModelDescription } from '../../shared/modelState';

const OFFERED_KEY = 'sotto.modelOffered';

/**
 * Offers the model once in the life of an installation: what it is, how large, under which licence and from where.
 * Nothing is downloaded before the user presses the one button; closing the offer is the end of it, and the status item's
 * menu the way to it again, to other models and to a file.
 */
export async function offerModel(memory: Memento, model: ModelDescription): Promise<void> {
  if (memory.get<boolean>(OFFERED_KEY) === true) {
    return;
  }
  await memory.update(OFFERED_KEY, true);
  const download = `Download ${formatBytes(model.byteCount)}`;
  const answer = await window.showInformationMessage(
    `Sotto completes code with a model that runs on this machine. It needs ${model.title} ` +
      `(${formatBytes(model.byteCount)}, ${model.licence}, from ${model.origin}). Your code stays here. ` +
      'Other models, and files that you have: in the menu of Sotto in the status bar.',
    download,
  );
  if (answer === download) {
    await commands.executeCommand('sotto.getModel');
  }
}
