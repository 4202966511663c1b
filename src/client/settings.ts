import { workspace, type Event, EventEmitter, type Disposable } from 'vscode';
import type { ServerConfiguration } from '../shared/protocol';
import { parseSettings, type Settings } from '../shared/settings';

/** The only reader of VS Code's configuration: everything else gets plain values from here. */
export class SettingsReader implements Disposable {
  private readonly emitter = new EventEmitter<void>();
  private readonly listeners: readonly Disposable[];
  private settings: Settings;

  constructor() {
    this.settings = readSettings();
    this.listeners = [
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('sotto')) {
          this.settings = readSettings();
          this.emitter.fire();
        }
      }),
      workspace.onDidGrantWorkspaceTrust(() => {
        // Trust lifts the restriction on some settings of the workspace.
        this.settings = readSettings();
        this.emitter.fire();
      }),
    ];
  }

  get onDidChange(): Event<void> {
    return this.emitter.event;
  }

  current(): Settings {
    return this.settings;
  }

  serverConfiguration(): ServerConfiguration {
    return { settings: this.settings, workspaceTrusted: workspace.isTrusted };
  }

  dispose(): void {
    this.emitter.dispose();
    this.listeners.forEach((listener) => void listener.dispose());
  }
}

function readSettings(): Settings {
  const configuration = workspace.getConfiguration('sotto');
  return parseSettings((key) => configuration.get<unknown>(key));
}
