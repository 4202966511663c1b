import { ConfigurationTarget, EventEmitter, workspace, type Disposable, type Event } from 'vscode';
import type { ProxySettings, ServerConfiguration } from '../shared/protocol';
import { parseSettings, type SettingKey, type Settings } from '../shared/settings';

/** The only reader of VS Code's configuration: everything else gets plain values from here. */
export class SettingsReader implements Disposable {
  private readonly emitter = new EventEmitter<void>();
  private readonly listeners: readonly Disposable[];
  private settings: Settings;

  constructor() {
    this.settings = readSettings();
    this.listeners = [
      workspace.onDidChangeConfiguration((event) => {
        if (['sotto', ...proxyKeys].some((key) => event.affectsConfiguration(key))) {
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
    return { settings: this.settings, workspaceTrusted: workspace.isTrusted, proxy: readProxy() };
  }

  dispose(): void {
    this.emitter.dispose();
    this.listeners.forEach((listener) => void listener.dispose());
  }
}

/**
 * Sotto writes to the settings only what the user chose: a model, a device, and what is turned on or off. It goes where
 * the value in effect comes from: written anywhere else, a value of the workspace would win over it.
 */
export async function writeSetting(key: SettingKey, value: string | boolean): Promise<void> {
  const configuration = workspace.getConfiguration('sotto');
  if (configuration.inspect(key)?.workspaceValue !== undefined) {
    await configuration.update(key, value, ConfigurationTarget.Workspace);
  } else {
    // An empty text is no value: nothing is left of it.
    await configuration.update(key, value === '' ? undefined : value, ConfigurationTarget.Global);
  }
}

const proxyKeys = ['http.proxy', 'http.noProxy', 'http.proxySupport'];

/** What the user told the editor about the network: the server, a process of its own, would not know. */
function readProxy(): ProxySettings {
  const configuration = workspace.getConfiguration('http');
  const isOff = configuration.get<unknown>('proxySupport') === 'off';
  const url = configuration.get<unknown>('proxy');
  const noProxy = configuration.get<unknown>('noProxy');
  return {
    url: typeof url === 'string' && !isOff ? url.trim() : '',
    noProxy: Array.isArray(noProxy) ? noProxy.filter((host) => typeof host === 'string') : [],
  };
}

function readSettings(): Settings {
  const configuration = workspace.getConfiguration('sotto');
  return parseSettings((key) => configuration.get<unknown>(key));
}
