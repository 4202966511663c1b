import { beforeEach, expect, test, vi } from 'vitest';
import { writeChoice, type SettingsWriter } from '../../src/client/model/modelPicker';

/** VS Code's settings of the user and of the workspace. */
const stored = vi.hoisted((): Record<'user' | 'workspace', Record<string, unknown>> => ({
  user: {},
  workspace: {},
}));
vi.mock('vscode', () => ({
  ConfigurationTarget: { Global: 'user', Workspace: 'workspace' },
  workspace: {
    getConfiguration: () => ({
      inspect: (key: string) => ({ globalValue: stored.user[key], workspaceValue: stored.workspace[key] }),
      update: (key: string, value: unknown, target: 'user' | 'workspace') => {
        stored[target][key] = value;
      },
    }),
  },
}));

const application = { sendConfiguration: () => Promise.resolve() } as unknown as SettingsWriter;

beforeEach(() => {
  stored.user = {};
  stored.workspace = {};
});

test('a chosen model goes to the settings of the user, and leaves no empty path there', async () => {
  stored.user = { modelPath: '/models/own.gguf' };
  await writeChoice(application, { model: 'large', modelPath: '' });
  expect(stored).toEqual({ user: { model: 'large' }, workspace: {} });
});

test('where the workspace says which model, the choice goes there', async () => {
  stored.user = { modelPath: '/models/own.gguf' };
  stored.workspace = { model: 'small', modelPath: '/models/team.gguf' };
  await writeChoice(application, { model: 'large', modelPath: '' });
  expect(stored.workspace).toEqual({ model: 'large', modelPath: '' });
  await writeChoice(application, { modelPath: '/models/other.gguf' });
  expect(stored.workspace).toEqual({ model: 'large', modelPath: '/models/other.gguf' });
  expect(stored.user).toEqual({ modelPath: '/models/own.gguf' });
});
