import { beforeEach, expect, test, vi } from 'vitest';
import type { CancellationToken, InlineCompletionContext, Position, TextDocument } from 'vscode';
import { createMiddleware } from '../../src/client/suggestions/middleware';
import { ReadySuggestions } from '../../src/client/suggestions/readySuggestion';

const uri = 'file:///app.ts';
const position = { line: 3, character: 7 };

const editor = vi.hoisted(() => ({
  active: undefined as object | undefined,
  commands: [] as string[],
}));
vi.mock('vscode', () => ({
  InlineCompletionTriggerKind: { Invoke: 0, Automatic: 1 },
  commands: { executeCommand: (name: string) => Promise.resolve(editor.commands.push(name)) },
  window: {
    get activeTextEditor() {
      return editor.active;
    },
  },
}));

let paused: string | undefined;
let suggestions: ReadySuggestions;

beforeEach(() => {
  paused = undefined;
  suggestions = new ReadySuggestions(() => paused);
  editor.commands = [];
  placeCursor(position);
});

function placeCursor(active: { readonly line: number; readonly character: number }): void {
  const selection = { active, isEmpty: true };
  editor.active = { document: documentOf(uri), selections: [selection], selection };
}

function documentOf(address: string): TextDocument {
  return { uri: { toString: () => address }, languageId: 'typescript' } as TextDocument;
}

/** How the server hears of a request by key at `position`: by key, unasked or not at all. */
async function requestByKey(): Promise<string> {
  let heard = 'not at all';
  const { provideInlineCompletionItems } = createMiddleware({
    pauseReason: () => paused,
    isOnWord: (document, at) => suggestions.take(document, at),
    skipped: () => {},
    offered: () => {},
    failed: () => {},
  });
  await provideInlineCompletionItems?.(
    documentOf(uri),
    position as Position,
    { triggerKind: 0, selectedCompletionInfo: undefined } satisfies InlineCompletionContext,
    {} as CancellationToken,
    (_document, _position, { triggerKind }) => {
      heard = (triggerKind as number) === 0 ? 'by key' : 'unasked';
      return [];
    },
  );
  return heard;
}

test.each([
  ['what came late is asked for', false, 'editor.action.inlineSuggest.trigger'],
  // VS Code does that only where a suggestion is visible, so that one that was dismissed stays away.
  ['what has grown is gone to where its part is still shown', true, 'editor.action.inlineSuggest.showNext'],
])('%s, once and as if unasked', async (_name, isPartShown, command) => {
  await suggestions.show({ uri, position, isPartShown });
  expect(editor.commands).toEqual([command]);
  expect(await requestByKey()).toBe('unasked');
  expect(await requestByKey()).toBe('by key');
});

test('while suggestions are paused nothing that comes late is asked for', async () => {
  paused = 'paused until resumed';
  await suggestions.show({ uri, position, isPartShown: false });
  expect(editor.commands).toEqual([]);
  expect(await requestByKey()).toBe('by key');
});

test('who has gone elsewhere is left alone, and has still asked by key on coming back', async () => {
  placeCursor({ line: 0, character: 0 });
  await suggestions.show({ uri, position, isPartShown: false });
  expect(editor.commands).toEqual([]);
  expect(await requestByKey()).toBe('by key');
});

test('who presses the key long after a dismissed suggestion has grown has asked by key', async () => {
  vi.useFakeTimers();
  await suggestions.show({ uri, position, isPartShown: true });
  vi.advanceTimersByTime(10_000);
  expect(await requestByKey()).toBe('by key');
  vi.useRealTimers();
});
