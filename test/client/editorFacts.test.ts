import { beforeEach, expect, test, vi } from 'vitest';
import type { HoverProvider, TextDocument, Uri } from 'vscode';
import { readEditorFacts } from '../../src/client/assist/editorFacts';
import { registerBugActions } from '../../src/client/bugs/bugActions';
import type { BugLines } from '../../src/client/bugs/bugLines';
import type { BugLine } from '../../src/shared/protocol';

/** What VS Code answers to the command of each kind of provider. */
const editor = vi.hoisted(() => ({
  hovers: [] as { contents: unknown[] }[],
  definitions: [] as unknown[],
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
  workspace: { isTrusted: true },
}));

const uri = { toString: () => 'file:///project/app.ts' } as Uri;
const calls = [{ name: 'area', position: { line: 0, character: 0 } }];

beforeEach(() => {
  Object.assign(editor, { hovers: [], definitions: [] });
});

test('what other extensions say of a name is told, and not the links at a bug line', async () => {
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 4 } };
  const bugLines = { at: () => [{ range } as BugLine] } as unknown as BugLines;
  registerBugActions(bugLines);
  const document = { uri, validateRange: () => range } as unknown as TextDocument;
  const own = await editor.hoverProvider?.provideHover(document, range.start as never, {} as never);
  editor.hovers = [own as { contents: unknown[] }];
  expect(await readEditorFacts(uri, calls)).toEqual([]);
  editor.hovers.push({ contents: [{ value: 'function area(): number' }] });
  expect(await readEditorFacts(uri, calls)).toEqual([{ name: 'area', text: 'function area(): number' }]);
});
