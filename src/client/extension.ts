import type { ExtensionContext } from 'vscode';
import { Application } from './application';
import { registerCommands } from './commands';

let application: Application | undefined;

/** Called by VS Code once, after it has started. */
export function activate(context: ExtensionContext): void {
  application = new Application(context);
  context.subscriptions.push(application, registerCommands(application));
  application.start();
}

/** Called by VS Code before it ends; it waits for the promise, so that no process is left behind. */
export async function deactivate(): Promise<void> {
  await application?.stop();
}
