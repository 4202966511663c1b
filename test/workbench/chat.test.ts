// Sotto's model as other extensions meet it, through VS Code's language-model API, with the default model.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { locateCache } from '../../src/model/cache';
import { serverProcesses, statusItem } from './sotto';
import { createTemporaryFolder } from './temporaryFolder';
import { useWorkbench } from './useWorkbench';

/** An extension of somebody else's: each command asks one thing and writes what came of it into the workspace. */
const callerSource = `
const vscode = require('vscode');
const fs = require('node:fs');
const path = require('node:path');

const select = async () => (await vscode.lm.selectChatModels({ vendor: 'sotto' }))[0];
const user = (text) => vscode.LanguageModelChatMessage.User(text);

const questions = {
  async describe() {
    const models = await vscode.lm.selectChatModels({ vendor: 'sotto' });
    return models.map(({ id, vendor, family, maxInputTokens }) => ({ id, vendor, family, maxInputTokens }));
  },
  async answer() {
    const model = await select();
    const fragments = [];
    const response = await model.sendRequest([user('Reply with the name of the capital of France, in one word.')]);
    for await (const fragment of response.text) fragments.push(fragment);
    return fragments.join('');
  },
  async cancel() {
    const model = await select();
    const source = new vscode.CancellationTokenSource();
    const response = await model.sendRequest([user('Write a very long story about a sorting algorithm.')], {}, source.token);
    let text = '';
    let error = null;
    try {
      for await (const fragment of response.text) {
        text += fragment;
        source.cancel();
      }
    } catch (reason) {
      error = reason.name;
    }
    return { length: text.length, error };
  },
  async refuse() {
    const model = await select();
    const text = 'const value = 1;\\n'.repeat(2000);
    const tokenCount = await model.countTokens(text);
    try {
      const response = await model.sendRequest([user(text)]);
      for await (const _ of response.text);
      return { tokenCount, error: null };
    } catch (error) {
      return { tokenCount, error: error.message };
    }
  },
};

exports.activate = (context) => {
  const folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
  for (const [name, ask] of Object.entries(questions)) {
    context.subscriptions.push(
      vscode.commands.registerCommand('caller.' + name, async () => {
        const result = await ask().catch((error) => ({ failed: String(error) }));
        const file = path.join(folder, name + '.json');
        fs.writeFileSync(file + '.part', JSON.stringify(result)); // Whoever sees the file is to find all of it.
        fs.renameSync(file + '.part', file);
      }),
    );
  }
};
`;

const names = ['describe', 'answer', 'cancel', 'refuse'] as const;
const callerFolder = createTemporaryFolder({
  'extension.js': callerSource,
  'package.json': JSON.stringify({
    name: 'caller',
    publisher: 'test',
    version: '0.0.1',
    engines: { vscode: '^1.108.0' },
    main: 'extension.js',
    activationEvents: ['onStartupFinished'],
    contributes: {
      commands: names.map((name) => ({ command: `caller.${name}`, title: `Caller: ${name}` })),
    },
  }),
});
const workspaceFolder = createTemporaryFolder({ 'notes.md': 'Notes.\n' });
const answerTimeoutMs = 120_000;

const workbench = useWorkbench(() => ({
  extensionFolder: inject('extensionFolder'),
  otherExtensionFolders: [callerFolder],
  workspaceFolder,
  environment: { SOTTO_CACHE: locateCache(process.env).folder },
}));

afterAll(() => {
  rmSync(workspaceFolder, { recursive: true });
  rmSync(callerFolder, { recursive: true });
});

test('another extension finds the model by its vendor, which loads nothing', async () => {
  // The palette that opens earlier does not know the commands.
  await expect.poll(async () => (await statusItem(workbench()))?.text).toBeDefined();
  expect(await ask('describe')).toEqual([
    { id: 'qwen2.5-coder-0.5b', vendor: 'sotto', family: 'qwen2.5-coder-0.5b', maxInputTokens: 1472 },
  ]);
  expect((await statusItem(workbench()))?.label).not.toMatch(/Ready|loading/i);
});

test('it gets an answer of the model that runs in the process of all windows', async () => {
  expect(await ask('answer')).toMatch(/Paris/);
  expect(serverProcesses(workbench())).toHaveLength(1);
});

test('it stops an answer, of which nothing comes any more', async () => {
  expect(await ask('cancel')).toMatchObject({
    error: 'Canceled',
    length: expect.toSatisfy((length: number) => length < 400) as number,
  });
});

test('it learns that its prompt is too long, and how long', async () => {
  expect(await ask('refuse')).toMatchObject({
    tokenCount: expect.toSatisfy((count: number) => count > 2000) as number,
    error: expect.stringMatching(/too long: it has [\w ]+ tokens, and the model takes 1472\./) as string,
  });
});

/** Runs a command of the caller and returns what it wrote. */
async function ask(name: (typeof names)[number]): Promise<unknown> {
  const path = join(workspaceFolder, `${name}.json`);
  rmSync(path, { force: true });
  await workbench().runCommand(`Caller: ${name}`);
  await expect.poll(() => existsSync(path), { timeout: answerTimeoutMs }).toBe(true);
  return JSON.parse(readFileSync(path, 'utf8')) as unknown;
}
