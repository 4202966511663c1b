import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SettingsReader } from '../../src/client/settings';

/** VS Code's settings by their whole name, and who listens for their changes. */
const editor = vi.hoisted(
  (): {
    values: Record<string, unknown>;
    listeners: ((event: { affectsConfiguration(key: string): boolean }) => void)[];
  } => ({ values: {}, listeners: [] }),
);
vi.mock('vscode', () => ({
  ConfigurationTarget: {},
  EventEmitter: class {
    private readonly listeners: (() => void)[] = [];
    event = (listener: () => void) => {
      this.listeners.push(listener);
      return { dispose: () => {} };
    };
    fire = () => this.listeners.forEach((listener) => listener());
    dispose = () => {};
  },
  workspace: {
    isTrusted: true,
    getConfiguration: (section: string) => ({ get: (key: string) => editor.values[`${section}.${key}`] }),
    onDidChangeConfiguration: (listener: (typeof editor.listeners)[number]) => {
      editor.listeners.push(listener);
      return { dispose: () => {} };
    },
    onDidGrantWorkspaceTrust: () => ({ dispose: () => {} }),
  },
}));

let settings: SettingsReader;

beforeEach(() => {
  editor.values = {};
  editor.listeners = [];
  settings = new SettingsReader();
});

afterEach(() => settings.dispose());

function change(values: Record<string, unknown>): void {
  editor.values = values;
  const affectsConfiguration = (key: string) =>
    Object.keys(values).some((name) => name === key || name.startsWith(`${key}.`));
  editor.listeners.forEach((listener) => listener({ affectsConfiguration }));
}

test("the server is told of the editor's proxy, and at once when it changes", () => {
  const told: unknown[] = [];
  settings.onDidChange(() => void told.push(settings.serverConfiguration().proxy));
  expect(settings.serverConfiguration().proxy).toEqual({ url: '', noProxy: [] });
  change({ 'http.proxy': 'http://proxy:3128 ', 'http.noProxy': ['localhost', 1] });
  change({ 'http.proxy': 'http://proxy:3128', 'http.proxySupport': 'off' });
  change({ 'editor.fontSize': 12 });
  expect(told).toEqual([
    { url: 'http://proxy:3128', noProxy: ['localhost'] },
    { url: '', noProxy: [] },
  ]);
});
