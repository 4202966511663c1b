import { beforeEach, expect, test, vi } from 'vitest';
import type { Memento } from 'vscode';
import { FirstRunOffer } from '../../src/client/model/firstRun';
import { catalogEntry } from '../server/scriptedModel';
import { createMemory } from '../support/memory';

/** The editor: the offers that are open, each to be answered, and the commands that were run. */
const editor = vi.hoisted((): { answers: ((button: string | undefined) => void)[]; commands: string[] } => ({
  answers: [],
  commands: [],
}));
vi.mock('vscode', () => ({
  commands: { executeCommand: (name: string) => void editor.commands.push(name) },
  window: {
    showInformationMessage: () => new Promise((resolve) => editor.answers.push(resolve)),
  },
}));

const model = { ...catalogEntry, expectation: null };
let memory: Memento;

beforeEach(() => {
  Object.assign(editor, { answers: [], commands: [] });
  memory = createMemory();
});

test('an offer that nobody answered is made again in the next window, and in one window only once', () => {
  const offer = new FirstRunOffer(memory);
  void offer.make(model);
  void offer.make(model);
  expect(editor.answers).toHaveLength(1);
  void new FirstRunOffer(memory).make(model);
  expect(editor.answers).toHaveLength(2);
});

test.each([
  ['closed', undefined, []],
  ['taken', 'Download 491 MB', ['sotto.getModel']],
])('an offer that was %s is not made again', async (_, button, expected) => {
  const made = new FirstRunOffer(memory).make(model);
  editor.answers[0]?.(button);
  await made;
  expect(editor.commands).toEqual(expected);
  await new FirstRunOffer(memory).make(model);
  expect(editor.answers).toHaveLength(1);
});
