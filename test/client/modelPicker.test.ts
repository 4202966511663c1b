import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UserError } from '../../src/base/errors';
import { chooseModelFile } from '../../src/client/model/modelPicker';
import { fetchModelRequest, modelFileCheckRequest } from '../../src/shared/protocol';
import { ScriptedLoader } from '../server/scriptedModel';
import { connect, type TestClient } from '../server/testClient';

/** The editor: the file that is chosen in its dialog, and what is written to its settings. */
const editor = vi.hoisted(() => ({ written: [] as unknown[][] }));
vi.mock('vscode', () => ({
  ConfigurationTarget: { Global: 1 },
  ProgressLocation: { Notification: 15 },
  window: {
    showOpenDialog: () => Promise.resolve([{ fsPath: '/models/other.gguf' }]),
    showInformationMessage: () => Promise.resolve(undefined),
    withProgress: (_options: unknown, task: (progress: unknown, token: unknown) => unknown) =>
      task({ report: () => {} }, undefined),
  },
  workspace: {
    getConfiguration: () => ({
      inspect: () => undefined,
      update: (...parts: unknown[]) => void editor.written.push(parts),
    }),
  },
}));

let loader: ScriptedLoader;
let client: TestClient;
let sent: string[];

beforeEach(async () => {
  editor.written = [];
  sent = [];
  loader = new ScriptedLoader();
  client = await connect(loader);
});

afterEach(() => client.close());

function choose(): Promise<void> {
  const { connection } = client;
  const send = ({ method }: { method: string }, parameters?: object) => {
    sent.push(method);
    return parameters === undefined
      ? connection.sendRequest(method)
      : connection.sendRequest(method, parameters);
  };
  return chooseModelFile({
    requireClient: () => ({ sendRequest: send }),
    onDidChangeModelState: () => ({ dispose: () => {} }),
    sendConfiguration: () => Promise.resolve(),
  } as unknown as Parameters<typeof chooseModelFile>[0]);
}

test('a file that can be used goes into the settings and is loaded', async () => {
  await choose();
  expect(editor.written).toEqual([['modelPath', '/models/other.gguf', 1]]);
  expect(sent).toEqual([modelFileCheckRequest.method, fetchModelRequest.method]);
});

test('a file that cannot be used is said to be so, and the model of before stays', async () => {
  loader.failure = new UserError('unsupported-model', 'The model is not supported.', 'Use another.');
  await expect(choose()).rejects.toEqual(loader.failure);
  expect(editor.written).toEqual([]);
  expect(loader.log).toEqual([]);
});
