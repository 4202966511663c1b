import { beforeEach, expect, test, vi } from 'vitest';
import type { TextDocumentContentProvider } from 'vscode';
import { OutcomesPage } from '../../src/client/outcomesPage';
import { renderStatusPage } from '../../src/client/status/statusPage';
import type { StatusFacts } from '../../src/client/status/statusView';

const editor = vi.hoisted(() => ({ provider: undefined as TextDocumentContentProvider | undefined }));
vi.mock('vscode', () => ({
  EventEmitter: class {},
  Uri: { from: () => ({}) },
  workspace: {
    registerTextDocumentContentProvider: (_scheme: string, provider: TextDocumentContentProvider) => {
      editor.provider = provider;
    },
  },
}));

const facts: StatusFacts = {
  enabled: true,
  process: 'running',
  model: undefined,
  pauseReason: undefined,
  languageEnabled: true,
};

beforeEach(() => {
  editor.provider = undefined;
});

async function pageText(readText: () => Promise<string>): Promise<unknown> {
  new OutcomesPage(readText, () => 'what is known without the server');
  return editor.provider?.provideTextDocumentContent({} as never, {} as never);
}

test('the page is what the server says, and where it cannot be asked or does not answer what is known without it', async () => {
  expect(await pageText(() => Promise.resolve('the last requests'))).toBe('the last requests');
  expect(await pageText(() => Promise.reject(new Error('it ended')))).toBe(
    'what is known without the server',
  );
  expect(
    await pageText(() => {
      throw new Error('Sotto is not running yet.');
    }),
  ).toBe('what is known without the server');
});

test('without a server the page tells the state and what to do next', () => {
  expect(renderStatusPage({ ...facts, process: 'given-up' })).toMatchInlineSnapshot(`
    "# Why no suggestion?

    server: The server crashed too often. Choose Restart, or see the log.

    ## What to do next

    Run "Sotto: Restart". If it stops again, "Sotto: Show Log" has the reason.

    Requests are listed here while the server runs.
    "
  `);
});

test.each([
  [{ enabled: false, process: 'stopped' }, 'Sotto is off', 'Set sotto.enabled to true'],
  [{ process: 'starting' }, 'Starting.', 'Wait a moment'],
  [{ process: 'restarting' }, 'ended unexpectedly', 'Wait a moment'],
  [{ process: 'running' }, 'Starting.', 'did not answer'],
] as const)('it does so for %o', (change, state, advice) => {
  const page = renderStatusPage({ ...facts, ...change });
  expect(page).toContain(state);
  expect(page).toContain(advice);
});
