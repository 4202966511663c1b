import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { showMenu } from '../../src/client/status/menu';
import { Pause } from '../../src/client/status/pause';
import { parseSettings } from '../../src/shared/settings';
import { createMemory } from '../support/memory';

interface Item {
  readonly label: string;
}

/** The editor: the items of its menu, which of them is picked, and what follows. */
const editor = vi.hoisted(
  (): { labels: string[]; pick: string; written: unknown[][]; commands: unknown[][] } => ({
    labels: [],
    pick: '',
    written: [],
    commands: [],
  }),
);
vi.mock('vscode', () => ({
  ConfigurationTarget: { Global: 1 },
  EventEmitter: class {},
  commands: { executeCommand: (...parts: unknown[]) => void editor.commands.push(parts) },
  extensions: { all: [] },
  window: {
    activeTextEditor: { document: { languageId: 'python' } },
    showQuickPick: (items: readonly Item[]) => {
      editor.labels = items.map(({ label }) => label.replace(/^\$\(.*?\) /, ''));
      return Promise.resolve(items.find(({ label }) => label.endsWith(editor.pick)));
    },
  },
  workspace: {
    getConfiguration: () => ({
      inspect: () => undefined,
      update: (...parts: unknown[]) => void editor.written.push(parts),
    }),
  },
}));

let pause: Pause;

beforeEach(() => {
  Object.assign(editor, { labels: [], pick: 'nothing', written: [], commands: [] });
  const listener = { changed: () => {}, reworded: () => {} };
  pause = new Pause(createMemory(), listener, (languageId) => languageId);
});

afterEach(() => pause.dispose());

async function show(enabled = true): Promise<void> {
  const settings = parseSettings((key) => (key === 'enabled' ? enabled : undefined));
  const facts = { extensionId: 'maker.sotto', pause, settings: { current: () => settings } };
  await showMenu({
    ...facts,
    modelState: undefined,
    statusView: () => ({ tooltip: '' }),
  } as unknown as Parameters<typeof showMenu>[0]);
}

async function pauseLabels(): Promise<string[]> {
  await show();
  return editor.labels.filter((label) => /^(Pause|Resume)/.test(label));
}

test('where one language is paused, everything can be', async () => {
  expect(await pauseLabels()).toEqual(['Pause for 10 minutes', 'Pause for python', 'Pause everywhere']);
  pause.pauseLanguage('python');
  expect(await pauseLabels()).toEqual(['Resume', 'Pause for 10 minutes', 'Pause everywhere']);
  await pause.pauseEverywhere(Infinity);
  expect(await pauseLabels()).toEqual(['Resume']);
});

test('while Sotto is off the menu turns it on, or leads to the settings', async () => {
  editor.pick = 'Turn Sotto on';
  await show(false);
  expect(editor.labels).toEqual(['Turn Sotto on', 'Settings']);
  expect(editor.written).toEqual([['enabled', true, 1]]);
  editor.pick = 'Settings';
  await show(false);
  expect(editor.commands).toEqual([['workbench.action.openSettings', '@ext:maker.sotto']]);
});
