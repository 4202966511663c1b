import { expect, test, vi } from 'vitest';
import type { CancellationToken, InlineCompletionContext, Position, TextDocument } from 'vscode';
import { isSupported } from '../../src/client/documentSelector';
import { supportedDocumentsOnly } from '../../src/client/process/supportedDocuments';

/** File systems as the editor knows them: whether each can be written. */
const fileSystems = vi.hoisted(() => new Map<string, boolean>());
vi.mock('vscode', () => ({
  workspace: { fs: { isWritableFileSystem: (scheme: string) => fileSystems.get(scheme) } },
}));
for (const scheme of ['file', 'vsls', 'memfs', 'vscode-userdata', 'vscode-log']) {
  fileSystems.set(scheme, true);
}
fileSystems.set('git', false);
fileSystems.set('archive', false);

function documentAt(uri: string): TextDocument {
  const scheme = uri.slice(0, uri.indexOf(':'));
  return { uri: { scheme, toString: () => uri } } as unknown as TextDocument;
}

test.each([
  'file:///a.ts',
  'untitled:Untitled-1',
  'vscode-notebook-cell:/a.ipynb#1',
  'vscode-remote://host/a.ts',
  'vsls:/a.ts',
  'memfs:/a.ts',
])('%s is served', (uri) => {
  expect(isSupported(documentAt(uri))).toBe(true);
});

test.each([
  'output:extension-output-1',
  'git:/a.ts?HEAD',
  'archive:/a.ts',
  'vscode-scm:git/scm0/input',
  'vscode-userdata:/User/settings.json',
  'vscode-log:/log.txt',
  'sotto-outcomes:/Why no suggestion.sotto-outcomes',
  'comment://new/a.md',
])('%s is not served', (uri) => {
  expect(isSupported(documentAt(uri))).toBe(false);
});

/** One client's messages about a document, in the order in which the editor has them. */
async function liveThrough(
  uri: string,
  atOpening: () => void = () => {},
): Promise<{ sent: string[]; items: unknown }> {
  const document = documentAt(uri);
  const { didOpen, didChange, didSave, didClose, provideInlineCompletionItems } = supportedDocumentsOnly({});
  const sent: string[] = [];
  const send = (what: string) => () => Promise.resolve(void sent.push(what));
  const event = { document, contentChanges: [], reason: undefined, detailedReason: undefined };
  await didOpen?.(document, send('open'));
  atOpening();
  await didChange?.(event, send('change'));
  await didSave?.(document, send('save'));
  const items = await provideInlineCompletionItems?.(
    document,
    {} as Position,
    {} as InlineCompletionContext,
    {} as CancellationToken,
    () => [{ insertText: 'one' }],
  );
  await didClose?.(document, send('close'));
  await didChange?.(event, send('change'));
  return { sent, items };
}

test('of a document that is served the server hears everything, of any other nothing', async () => {
  expect(await liveThrough('memfs:/a.ts')).toEqual({
    sent: ['open', 'change', 'save', 'close'],
    items: [{ insertText: 'one' }],
  });
  expect(await liveThrough('output:channel')).toEqual({ sent: [], items: [] });
});

test('a file system that goes while a document is open, or comes, changes nothing for the document', async () => {
  expect((await liveThrough('vsls:/a.ts', () => fileSystems.delete('vsls'))).sent).toContain('close');
  expect((await liveThrough('vsls:/a.ts', () => fileSystems.set('vsls', true))).sent).toEqual([]);
});
