import { beforeEach, expect, test, vi } from 'vitest';
import { UserError, type ErrorCode } from '../../src/base/errors';
import { showError } from '../../src/client/showError';

/** The editor: what it is asked to show, the button that is pressed, and the commands that were run. */
const editor = vi.hoisted((): { shown: string[][]; answer: string | undefined; commands: string[] } => ({
  shown: [],
  answer: undefined,
  commands: [],
}));
vi.mock('vscode', () => {
  const show = (...parts: string[]) => {
    editor.shown.push(parts);
    return Promise.resolve(editor.answer);
  };
  return {
    commands: { executeCommand: (name: string) => void editor.commands.push(name) },
    window: { showInformationMessage: show, showErrorMessage: show },
  };
});

beforeEach(() => {
  Object.assign(editor, { shown: [], answer: undefined, commands: [] });
});

async function answer(code: ErrorCode, button: string): Promise<void> {
  editor.answer = button;
  await showError(new UserError(code, 'It failed.', 'Do something.'), { error: () => {} });
}

test('a download that failed can be tried again, or a file be chosen in its place', async () => {
  await answer('download-failed', 'Try Again');
  await answer('download-failed', 'Choose a File…');
  await answer('download-failed', 'Show Log');
  expect(editor.shown[0]).toEqual(['It failed. Do something.', 'Try Again', 'Choose a File…', 'Show Log']);
  expect(editor.commands).toEqual(['sotto.getModel', 'sotto.chooseModelFile', 'sotto.showLog']);
});

test('any other error has the log at hand', async () => {
  await answer('disk-full', 'Show Log');
  editor.answer = undefined;
  await showError(new Error('a defect'), { error: () => {} });
  expect(editor.shown).toEqual([
    ['It failed. Do something.', 'Show Log'],
    ['Sotto: a defect', 'Show Log'],
  ]);
  expect(editor.commands).toEqual(['sotto.showLog']);
});
