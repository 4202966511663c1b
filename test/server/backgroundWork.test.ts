import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { BackgroundWork } from '../../src/server/completion/backgroundWork';
import { Scheduler } from '../../src/server/scheduler';

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

test('a plan is given up for another one, when it is cancelled, and at the end', () => {
  work.runAfter(100, 'first', endless('first'));
  work.runAfter(200, 'second', endless('second'));
  vi.advanceTimersByTime(150);
  work.cancelPlan();
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
