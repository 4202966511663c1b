import { commands, window, type Memento } from 'vscode';
import { formatBytes } from '../../base/formatBytes';
import type { ModelDescription } from '../../shared/modelState';
import type { CommandId } from '../commandIds';

const ANSWERED_KEY = 'sotto.modelOffered';

/**
 * Offers the model until it is answered: what it is, how large, under which licence and from where. Nothing is downloaded
 * before the user presses the one button; closing the offer is the end of it, and the status item's menu the way to it
 * again, to other models and to a file. A window that closes with the offer open has had no answer.
 */
export class FirstRunOffer {
  private isOpen = false;

  constructor(private readonly memory: Memento) {}

  /** Resolves when it is answered; at once where it was, or is open in this window. */
  async make(model: ModelDescription): Promise<void> {
    if (this.isOpen || this.memory.get<boolean>(ANSWERED_KEY) === true) {
      return;
    }
    this.isOpen = true;
    const download = `Download ${formatBytes(model.byteCount)}`;
    const answer = await window.showInformationMessage(
      `Sotto completes code with a model that runs on this machine. It needs ${model.title} ` +
        `(${formatBytes(model.byteCount)}, ${model.licence}, from ${model.origin}). Your code stays here. ` +
        'Other models, and files that you have: in the menu of Sotto in the status bar.',
      download,
    );
    await this.memory.update(ANSWERED_KEY, true);
    this.isOpen = false;
    if (answer === download) {
      await commands.executeCommand('sotto.getModel' satisfies CommandId);
    }
  }
}
