import { beforeEach, expect, test, vi } from 'vitest';
import type { HoverProvider, TextDocument, Uri } from 'vscode';
import { readEditorFacts } from '../../src/client/assist/editorFacts';
import { registerBugActions } from '../../src/client/bugs/bugActions';
import type { BugLines } from '../../src/client/bugs/bugLines';
import type { BugLine } from '../../src/shared/protocol';
import { parseSettings } from '../../src/shared/settings';

/** What VS Code answers to the command of each kind of provider. */
const editor = vi.hoisted(() => ({
  hovers: [] as { contents: unknown[] }[],
  definitions: [] as unknown[],
  opened: [] as string[],
  hoverProvider: undefined as HoverProvider | undefined,
}));
vi.mock('vscode', () => ({
  CodeActionKind: {},
  Disposable: { from: () => ({ dispose: () => {} }) },
  Hover: class {
    contents: unknown[];
    constructor(content: unknown) {
      this.contents = [content];
    }
  },
  MarkdownString: class {
    constructor(readonly value: string) {}
  },
  Position: class {},
  Range: class {},
  Uri: { parse: (text: string) => text },
  commands: {
    executeCommand: (name: string) =>
      Promise.resolve(name === 'vscode.executeHoverProvider' ? editor.hovers : editor.definitions),
  },
  languages: {
    registerCodeActionsProvider: () => {},
    registerHoverProvider: (_selector: unknown, provider: HoverProvider) => {
      editor.hoverProvider = provider;
    },
  },
  workspace: {
    isTrusted: true,
    workspaceFolders: [{ uri: 'file:///project' }],
    openTextDocument: (opened: Uri) => {
      editor.opened.push(opened.toString());
      return Promise.resolve({ lineCount: 9, getText: () => 'function area() {' });
    },
  },
}));

const settings = parseSettings(() => undefined);
const uri = uriOf('app.ts');
const anyRange = { start: { line: 0, with: () => ({}) }, with: () => ({}) };
const calls = [{ name: 'area', position: { line: 0, character: 0 } }];

beforeEach(() => {
  Object.assign(editor, { hovers: [], definitions: [], opened: [] });
});

test('what other extensions say of a name is told, and not the links at a bug line', async () => {
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 4 } };
  const bugLines = { at: () => [{ range } as BugLine] } as unknown as BugLines;
  registerBugActions(bugLines);
  const document = { uri, validateRange: () => range } as unknown as TextDocument;
  const own = await editor.hoverProvider?.provideHover(document, range.start as never, {} as never);
  editor.hovers = [own as { contents: unknown[] }];
  expect(await readEditorFacts(uri, calls, settings)).toEqual([]);
  editor.hovers.push({ contents: [{ value: 'function area(): number' }] });
  expect(await readEditorFacts(uri, calls, settings)).toEqual([
    { name: 'area', text: 'function area(): number' },
  ]);
});

test.each([
  ['this file', ['app.ts'], { 'context.otherFiles': false }, 'a hover'],
  ['another file', ['other.ts'], {}, 'a hover'],
  ['another file, which is not to be read', ['other.ts'], { 'context.otherFiles': false }, undefined],
  [
    'this file and one that is not to be read',
    ['app.ts', 'other.ts'],
    { 'context.otherFiles': false },
    undefined,
  ],
  ['nobody knows where', [], {}, 'a hover'],
  ['nobody knows where, and no other file is to be read', [], { 'context.otherFiles': false }, undefined],
  ['a file with secrets', ['.env.ts'], {}, undefined],
  ['a file in an excluded folder', ['lib/own.ts'], { excludedFiles: ['lib/**'] }, undefined],
  ['an excluded file among others', ['other.ts', 'own.ts'], { excludedFiles: ['**/own.ts'] }, undefined],
])(
  'of a name that is defined in %s, the model is told what the settings allow',
  async (_name, files, change, text) => {
    const rules = { ...settings, ...change };
    editor.definitions = files.map((file) => ({ uri: uriOf(file), range: anyRange }));
    editor.hovers = [{ contents: ['a hover'] }];
    expect((await readEditorFacts(uri, calls, rules))[0]?.text).toBe(text);
    editor.hovers = [];
    const isRead = text !== undefined && files.length > 0;
    expect((await readEditorFacts(uri, calls, rules))[0]?.text).toBe(
      isRead ? 'function area() {' : undefined,
    );
    expect(editor.opened).toEqual(isRead ? [`file:///project/${files[0]}`] : []);
  },
);

function uriOf(file: string): Uri {
  return { toString: () => `file:///project/${file}` } as Uri;
}
