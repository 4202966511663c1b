// Proves the harness itself, with an extension that always suggests the same text.
import { existsSync, rmSync, statSync } from 'node:fs';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createTemporaryFolder } from './temporaryFolder';
import { useWorkbench } from './useWorkbench';

/** Suggests the rest of a line that starts as one of two texts does, and has one of each thing that the driver reads. */
const extensionSource = `
const vscode = require('vscode');
const suggestions = ['return first + second;', 'block {\\n  one;\\n  two;\\n}'];
const greeting = () => vscode.workspace.getConfiguration('fixture').get('greeting');

exports.activate = (context) => {
  const provider = {
    provideInlineCompletionItems(document, position) {
      const typed = document.lineAt(position).text.slice(0, position.character);
      const range = new vscode.Range(position.line, 0, position.line, position.character);
      return suggestions
        .filter((suggestion) => typed !== '' && suggestion.startsWith(typed))
        .map((suggestion) => new vscode.InlineCompletionItem(suggestion, range));
    },
  };
  const item = vscode.window.createStatusBarItem('state');
  const showGreeting = () => {
    item.text = '$(check) ' + process.env.FIXTURE_NAME + ': ' + greeting();
  };
  showGreeting();
  item.show();

  const file = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, 'marked.txt');
  const diagnostics = vscode.languages.createDiagnosticCollection('fixture');
  const odd = new vscode.Diagnostic(new vscode.Range(1, 0, 1, 3), 'This looks odd.', vscode.DiagnosticSeverity.Information);
  diagnostics.set(file, [odd]);
  const controller = vscode.comments.createCommentController('fixture', 'Fixture');
  const body = new vscode.MarkdownString('What it **does**.');
  const thread = controller.createCommentThread(file, new vscode.Range(2, 0, 2, 0), [
    { body, mode: vscode.CommentMode.Preview, author: { name: 'Fixture' } },
  ]);
  thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;

  context.subscriptions.push(
    item,
    diagnostics,
    controller,
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, provider),
    vscode.commands.registerCommand('fixture.greet', async () => {
      const answer = await vscode.window.showInformationMessage(greeting(), 'Reply');
      item.text = 'answer: ' + answer;
    }),
    vscode.workspace.onDidChangeConfiguration(showGreeting),
  );
};
`;

const extensionFolder = createTemporaryFolder({
  'extension.js': extensionSource,
  'package.json': JSON.stringify({
    name: 'fixture',
    publisher: 'test',
    version: '0.0.1',
    engines: { vscode: '^1.90.0' },
    main: './extension.js',
    activationEvents: ['onStartupFinished'],
    contributes: {
      commands: [{ command: 'fixture.greet', title: 'Greet', category: 'Fixture' }],
      configuration: { properties: { 'fixture.greeting': { type: 'string', default: 'Good morning.' } } },
    },
  }),
});
const workspaceFolder = createTemporaryFolder({
  'typed.txt': '',
  'marked.txt': 'one\ntwo\nthree\n',
});

const workbench = useWorkbench(() => ({
  extensionFolder,
  workspaceFolder,
  environment: { FIXTURE_NAME: 'Ada' },
}));

beforeEach(async () => {
  await expect.poll(() => statusText()).toBeDefined();
  await workbench().openFile('typed.txt');
  await workbench().press('Control+A');
  await workbench().press('Delete');
});

afterAll(() => {
  rmSync(extensionFolder, { recursive: true });
  rmSync(workspaceFolder, { recursive: true });
});

test('environment variables reach the extension', async () => {
  expect(await statusText()).toBe('Ada: Good morning.');
});

test('ghost text appears while typing, and Tab accepts it', async () => {
  await workbench().type('ret');
  await expect.poll(() => workbench().ghostText()).toBe('urn first + second;');
  expect(await workbench().editorText()).toBe('ret');
  const screenshot = await workbench().screenshot('ghost-text');
  expect(existsSync(screenshot) && statSync(screenshot).size).toBeGreaterThan(10_000);

  await workbench().press('Tab');
  await expect.poll(() => workbench().editorText()).toBe('return first + second;');
  expect(await workbench().ghostText()).toBe('');
  expect(await workbench().savedText('typed.txt')).toBe('return first + second;');
});

test('ghost text of several lines is read line by line', async () => {
  await workbench().type('bl');
  await expect.poll(() => workbench().ghostText()).toBe('ock {\n  one;\n  two;\n}');
  await workbench().screenshot('ghost-text-lines');
  await workbench().press('Tab');
  await expect.poll(() => workbench().editorText()).toBe('block {\n  one;\n  two;\n}');
});

test('typing what is suggested keeps the rest of it', async () => {
  await workbench().type('ret');
  await expect.poll(() => workbench().ghostText()).toBe('urn first + second;');
  await workbench().type('urn f');
  await expect.poll(() => workbench().ghostText()).toBe('irst + second;');
  expect(await workbench().editorText()).toBe('return f');
});

test('Control+Right accepts one word', async () => {
  await workbench().type('ret');
  await expect.poll(() => workbench().ghostText()).toBe('urn first + second;');
  await workbench().press('Control+ArrowRight');
  await expect.poll(() => workbench().editorText()).toBe('return');
  await expect.poll(() => workbench().ghostText()).toBe(' first + second;');
});

test('Escape hides ghost text, and typing something else removes it', async () => {
  await workbench().type('ret');
  await expect.poll(() => workbench().ghostText()).not.toBe('');
  await workbench().press('Escape');
  await expect.poll(() => workbench().ghostText()).toBe('');
  expect(await workbench().editorText()).toBe('ret');

  await workbench().type('u');
  await expect.poll(() => workbench().ghostText()).toBe('rn first + second;');
  await workbench().type('x');
  await expect.poll(() => workbench().ghostText()).toBe('');
});

test('a changed user setting reaches the extension', async () => {
  await workbench().writeSettings({ 'fixture.greeting': 'Good evening.' });
  await expect.poll(() => statusText()).toBe('Ada: Good evening.');
  await workbench().writeSettings({});
  await expect.poll(() => statusText()).toBe('Ada: Good morning.');
});

test('a command shows a notification whose button answers, and the status item tells', async () => {
  await workbench().runCommand('Fixture: Greet');
  await expect
    .poll(() => workbench().notifications())
    .toEqual([{ message: 'Good morning.', buttons: ['Reply'] }]);
  await workbench().screenshot('notification');
  await workbench().pressNotificationButton('Reply');
  await expect.poll(() => statusText()).toBe('answer: Reply');
  await expect.poll(() => workbench().notifications()).toEqual([]);
});

test('squiggles, hovers and comment threads are read', async () => {
  await workbench().openFile('marked.txt', { line: 2, column: 2 });
  await expect.poll(() => workbench().squiggles()).toEqual([{ severity: 'info', line: 2 }]);
  await expect.poll(() => workbench().commentThreads()).toEqual(['What it does.']);
  expect(await workbench().hover()).toContain('This looks odd.');
  await workbench().screenshot('marks');

  await workbench().placeCursor({ line: 3, column: 4 });
  expect(await workbench().cursor()).toEqual({ line: 3, column: 4 });
});

test('the processes of the workbench are found', () => {
  const commands = workbench()
    .processes()
    .map(({ command }) => command);
  expect(commands).toContainEqual(expect.stringContaining('--type=extensionHost'));
});

async function statusText(): Promise<string | undefined> {
  const items = await workbench().statusItems();
  return items.find(({ id }) => id === 'test.fixture.state')?.text;
}
