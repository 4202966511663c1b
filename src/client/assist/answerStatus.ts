import { StatusBarAlignment, window, type Disposable } from 'vscode';

/** How long the end of an answer stays in the status bar. */
const SHOWN_MS = 10_000;

/**
 * Says in the status bar that an answer is being written and when it has ended. VS Code has no call that makes a screen
 * reader speak; an item of the role `status` is read aloud whenever its text changes.
 */
export class AnswerStatus implements Disposable {
  private readonly item = window.createStatusBarItem('sotto.answer', StatusBarAlignment.Right, 99);
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    this.item.name = 'Sotto: Answers';
  }

  writing(): void {
    clearTimeout(this.timer);
    this.show('$(loading~spin)', 'Sotto is writing');
  }

  ended(ending: 'complete' | 'stopped' | 'failed'): void {
    clearTimeout(this.timer);
    this.show(ending === 'complete' ? '$(check)' : '$(circle-slash)', `Sotto: answer ${ending}`);
    this.timer = setTimeout(() => this.item.hide(), SHOWN_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.item.dispose();
  }

  private show(icon: string, text: string): void {
    this.item.text = `${icon} ${text}`;
    this.item.accessibilityInformation = { label: text, role: 'status' };
    this.item.show();
  }
}
