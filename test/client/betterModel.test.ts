import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Memento } from 'vscode';
import { offerBetterModel } from '../../src/client/model/betterModel';
import type { SettingsWriter } from '../../src/client/model/modelPicker';
import type { ModelDescription } from '../../src/shared/modelState';
import { catalogEntry } from '../server/scriptedModel';
import { createMemory } from '../support/memory';

/** The editor outside of the tests' reach: what it is asked to show, what it answers, and its settings. */
const editor = vi.hoisted(() => ({
  shown: [] as string[][],
  answer: undefined as string | undefined,
  written: [] as unknown[][],
  commands: [] as string[],
  listeners: new Set<() => void>(),
}));
vi.mock('vscode', () => ({
  ConfigurationTarget: { Global: 1 },
  ProgressLocation: { Notification: 15 },
  commands: { executeCommand: (name: string) => void editor.commands.push(name) },
  window: {
    showInformationMessage: (...parts: string[]) => {
      editor.shown.push(parts);
      return Promise.resolve(editor.answer);
    },
  },
  workspace: {
    getConfiguration: () => ({
      inspect: () => undefined,
      update: (...parts: unknown[]) => void editor.written.push(parts),
    }),
    onDidChangeTextDocument: (listener: () => void) => {
      editor.listeners.add(listener);
      return { dispose: () => editor.listeners.delete(listener) };
    },
  },
}));

const model: ModelDescription = {
  ...catalogEntry,
  name: 'large',
  title: 'Large',
  expectation: { tokensPerSecond: 31.6, suggestionMs: 250, keepsUpWithTyping: true },
};
let chosen: string;
const application = {
  settings: { current: () => ({ model: chosen, modelPath: '' }) },
  sendConfiguration: () => Promise.resolve(),
} as unknown as SettingsWriter;

let memory: Memento;
beforeEach(() => {
  vi.useFakeTimers();
  chosen = 'small';
  memory = createMemory();
  Object.assign(editor, { shown: [], answer: undefined, written: [], commands: [] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('the offer waits until nothing is typed for a while', async () => {
  const offer = offerBetterModel(memory, model, application);
  for (let keystroke = 0; keystroke < 10; keystroke += 1) {
    await vi.advanceTimersByTimeAsync(15_000);
    editor.listeners.forEach((listener) => listener());
  }
  expect(editor.shown).toEqual([]);
  await vi.advanceTimersByTimeAsync(20_000);
  await offer;
  expect(editor.shown).toEqual([
    [
      'This machine is fast enough for a better model: Large, about 32 tok/s here (Apache-2.0).',
      'Download 491 MB',
      "Don't Offer Again",
    ],
  ]);
  expect(editor.listeners.size).toBe(0);
});

test('whatever the answer, it is made once, and several windows do not make it together', async () => {
  const offers = [offerBetterModel(memory, model, application), offerBetterModel(memory, model, application)];
  await vi.advanceTimersByTimeAsync(20_000);
  await Promise.all(offers);
  await offerBetterModel(memory, model, application);
  expect(editor.shown).toHaveLength(1);
  expect(editor.written).toEqual([]);
});

test('whoever takes it gets the model', async () => {
  editor.answer = 'Use It';
  const offer = offerBetterModel(memory, { ...model, present: true }, application);
  await vi.advanceTimersByTimeAsync(20_000);
  await offer;
  expect(editor.written).toContainEqual(['model', 'large', 1]);
  expect(editor.commands).toEqual(['sotto.getModel']);
});

test('whoever chose it meanwhile is not asked', async () => {
  const offer = offerBetterModel(memory, model, application);
  chosen = 'large';
  await vi.advanceTimersByTimeAsync(20_000);
  await offer;
  expect(editor.shown).toEqual([]);
});
