import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { BackgroundWork } from '../../src/server/completion/backgroundWork';
import { EngineTurns, Scheduler } from '../../src/server/scheduler';

let scheduler: Scheduler;
let work: BackgroundWork;
let trace: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  scheduler = new Scheduler();
  work = new BackgroundWork(scheduler, silentLogger);
  trace = [];
});

afterEach(() => {
  vi.useRealTimers();
});

/** Work that goes on until it is told to stop. */
function endless(name: string): (signal: AbortSignal) => Promise<void> {
  return (signal) => {
    trace.push(`${name} begins`);
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        trace.push(`${name} ends`);
        reject(signal.reason as Error);
      });
    });
  };
}

test('the newest piece of work replaces the one before', async () => {
  const first = work.run('first', endless('first'));
  void work.run('second', endless('second'));
  await first;
  work.stop();
  expect(trace).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

test('what is planned leaves alone what runs, until its time has come', () => {
  void work.run('first', endless('first'));
  work.runAfter(100, 'second', endless('second'));
  expect(trace).toEqual(['first begins']);
  vi.advanceTimersByTime(100);
  expect(trace).toEqual(['first begins', 'first ends', 'second begins']);
});

test('a plan is given up for another one, when the user asks, and at the end', () => {
  work.runAfter(100, 'first', endless('first'));
  work.runAfter(200, 'second', endless('second'));
  vi.advanceTimersByTime(150);
  work.giveWay();
  work.runAfter(100, 'third', endless('third'));
  work.stop();
  vi.advanceTimersByTime(1000);
  expect(trace).toEqual([]);
});

test('nothing begins while a command runs', async () => {
  let finish: () => void = () => undefined;
  const command = scheduler.run(
    'command',
    () => new Promise<void>((resolve) => (finish = resolve)),
    neverAborted,
  );
  await work.run('guess', endless('guess'));
  expect(trace).toEqual([]);
  finish();
  await command;
  await new Promise((resolve) => setImmediate(resolve));
  void work.run('guess', endless('guess'));
  expect(trace).toEqual(['guess begins']);
});

test('a failure is told to the log, and an abort is no failure', async () => {
  const warnings: string[] = [];
  const noisy = new BackgroundWork(scheduler, {
    ...silentLogger,
    warn: (message) => void warnings.push(message),
  });
  const stopped = noisy.run('stopped', endless('stopped'));
  noisy.stop();
  await stopped;
  await noisy.run('broken', () => Promise.reject(new Error('no such graph')));
  expect(warnings).toEqual(['broken: no such graph']);
});

describe('a call of the engine ahead of time', () => {
  let otherWindow: Scheduler;
  let ahead: Promise<void>;
  let finish: () => void;

  beforeEach(() => {
    const turns = new EngineTurns();
    scheduler = new Scheduler(turns);
    otherWindow = new Scheduler(turns);
    work = new BackgroundWork(scheduler, silentLogger);
    const call = (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        finish = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    ahead = work
      .run('reading', (signal) => scheduler.run('completion', call, signal))
      .then(() => void trace.push('reading ended'));
  });
  const note = () => Promise.resolve(void trace.push('called'));

  test('gives way to a command', async () => {
    await scheduler.run('command', note, neverAborted);
    await ahead;
    expect(trace).toEqual(['reading ended', 'called']);
  });

  test('gives way to a completion in another window', async () => {
    await otherWindow.run('completion', note, neverAborted);
    await ahead;
    expect(trace).toEqual(['reading ended', 'called']);
  });

  test('goes before both when a user asks for what it is needed for', async () => {
    work.giveWay();
    const others = [
      scheduler.run('command', note, neverAborted),
      otherWindow.run('completion', note, neverAborted),
    ];
    await new Promise((resolve) => setImmediate(resolve));
    expect(trace).toEqual([]);
    finish();
    await Promise.all([ahead, ...others]);
    expect(trace).toEqual(['reading ended', 'called', 'called']);
  });

  test('takes the engine back from a command that came in between', async () => {
    const command = scheduler.run(
      'command',
      (signal) =>
        new Promise<void>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
      neverAborted,
    );
    await ahead;
    const again = work.run('again', (signal) => scheduler.run('completion', note, signal));
    await again;
    expect(trace).toEqual(['reading ended']);
    const waiting = scheduler.ahead(() => scheduler.run('completion', note, neverAborted));
    work.giveWay();
    await expect(command).rejects.toThrow('yielded');
    await waiting;
    expect(trace).toEqual(['reading ended', 'called']);
  });
});
