import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Memento } from 'vscode';
import { Pause } from '../../src/client/status/pause';
import { createMemory } from '../support/memory';

const minuteMs = 60_000;
let memory: Memento;
let pauses: Pause[];
let pause: Pause;
let told: string[];

beforeEach(() => {
  vi.useFakeTimers();
  memory = createMemory();
  pauses = [];
  told = [];
  pause = openWindow((what) => told.push(what));
});

afterEach(() => {
  pauses.forEach((each) => each.dispose());
  vi.useRealTimers();
});

function openWindow(tell: (what: 'changed' | 'reworded') => void = () => {}): Pause {
  const listener = { changed: () => tell('changed'), reworded: () => tell('reworded') };
  const opened = new Pause(memory, listener, (languageId) => languageId.toUpperCase());
  pauses.push(opened);
  return opened;
}

test('a pause for ten minutes ends by itself and says so', async () => {
  await pause.pauseEverywhere(10 * minuteMs);
  vi.advanceTimersByTime(minuteMs);
  expect(pause.reason('python')).toBe('paused for 9 more min');
  vi.advanceTimersByTime(9 * minuteMs);
  expect(pause.reason('python')).toBeUndefined();
  expect(told.filter((what) => what === 'changed')).toHaveLength(2);
});

test('each minute that is over is told', async () => {
  await pause.pauseEverywhere(3 * minuteMs);
  vi.advanceTimersByTime(minuteMs - 1);
  expect(told).toEqual(['changed']);
  vi.advanceTimersByTime(1);
  expect(pause.reason()).toBe('paused for 2 more min');
  expect(told).toEqual(['changed', 'reworded']);
  vi.advanceTimersByTime(60 * minuteMs);
  expect(told).toEqual(['changed', 'reworded', 'reworded', 'changed']);
});

test('a pause everywhere lasts until it is resumed, also when a shorter one came before', async () => {
  await pause.pauseEverywhere(10 * minuteMs);
  await pause.pauseEverywhere(Infinity);
  vi.advanceTimersByTime(24 * 60 * minuteMs);
  expect(pause.reason()).toBe('paused until resumed');
  await pause.resume();
  expect(pause.reason()).toBeUndefined();
});

test('a pause everywhere holds in the other windows, and ends in all of them', async () => {
  const other = openWindow();
  await other.pauseEverywhere(Infinity);
  expect(pause.reason('python')).toBe('paused until resumed');
  expect(openWindow().reason('python')).toBe('paused until resumed');
  pause.look();
  pause.look();
  expect(told).toEqual(['changed']);
  await other.resume();
  pause.look();
  expect(told).toEqual(['changed', 'changed']);
  await other.pauseEverywhere(10 * minuteMs);
  await pause.resume();
  expect(other.reason('python')).toBeUndefined();
});

test('a clock that is set back ends a pause, and does not make it longer', async () => {
  await pause.pauseEverywhere(10 * minuteMs);
  vi.setSystemTime(Date.now() - 60 * minuteMs);
  expect(pause.reason()).toBeUndefined();
});

test('a paused language leaves the others alone', () => {
  pause.pauseLanguage('python');
  expect(pause.pausedLanguages).toEqual(['python']);
  expect(pause.reason('python')).toBe('paused for PYTHON');
  expect(pause.reason('rust')).toBeUndefined();
  expect(pause.reason()).toBeUndefined();
});

test('a language that is paused stays so when a pause everywhere ends by itself, and not when the user resumes', async () => {
  pause.pauseLanguage('python');
  await pause.pauseEverywhere(10 * minuteMs);
  vi.advanceTimersByTime(10 * minuteMs);
  expect(pause.reason('python')).toBe('paused for PYTHON');
  expect(pause.reason('rust')).toBeUndefined();
  await pause.resume();
  expect(pause.reason('python')).toBeUndefined();
});
