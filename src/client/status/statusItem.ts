import { StatusBarAlignment, ThemeColor, window, type Disposable } from 'vscode';
import type { StatusView } from './statusView';

/** The item in the status bar; a click opens the menu. */
export class StatusItem implements Disposable {
  private readonly item = window.createStatusBarItem('sotto.status', StatusBarAlignment.Right, 100);

  constructor() {
    this.item.name = 'Sotto';
    this.item.command = 'sotto.showMenu';
    this.item.show();
  }

  show({ text, tooltip, severity }: StatusView): void {
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: `Sotto: ${tooltip}` };
    this.item.backgroundColor =
      severity === 'warning' ? new ThemeColor('statusBarItem.warningBackground') : undefined;
  }

  dispose(): void {
    this.item.dispose();
  }
}
