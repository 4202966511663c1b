import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { EngineTurns, Scheduler, type Priority } from '../../src/server/scheduler';

let scheduler: Scheduler;
let trace: string[];
let release: Map<string, () => void>;

beforeEach(() => {
  scheduler = new Scheduler();
  trace = [];
  release = new Map();
});

/** Runs a job that notes its start, its abort and its end, and ends when released or aborted. */
function run(
  priority: Priority,
  name: string,
  signal: AbortSignal = neverAborted,
  window = scheduler,
): Promise<void> {
  const job = async (jobSignal: AbortSignal) => {
    trace.push(`${name} starts`);
    await new Promise<void>((resolve) => {
      release.set(name, resolve);
      jobSignal.addEventListener('abort', () => {
        trace.push(`${name} aborts`);
        resolve();
      });
    });
    // An engine lets go a little after it was told to: the next job must wait for that.
    await Promise.resolve();
    trace.push(`${name} ends`);
    jobSignal.throwIfAborted();
  };
  return window.run(priority, job, signal).then(
    () => void trace.push(`${name} resolved`),
    (error: Error) => void trace.push(`${name} rejected: ${error.message}`),
  );
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await Promise.resolve();
  }
}

test('the newest completion replaces the one that runs and those that wait', async () => {
  void run('completion', 'a');
  void run('completion', 'b');
  void run('completion', 'c');
  await settle();
  release.get('c')?.();
  await settle();
  expect(trace).toEqual([
    'a starts',
    'a aborts',
    'b rejected: superseded by a newer completion',
    'a ends',
    'a rejected: superseded by a newer completion',
    'c starts',
    'c ends',
    'c resolved',
  ]);
});

test('background work yields at once, and the completion starts only after it has let go', async () => {
  void run('background', 'warm');
  void run('completion', 'a');
  expect(trace).toEqual(['warm starts', 'warm aborts']);
  await settle();
  expect(trace.slice(2)).toEqual(['warm ends', 'warm rejected: yielded to a more urgent job', 'a starts']);
});

test('a running command gives way to a completion, which goes before all that waits', async () => {
  void run('command', 'explain');
  void run('background', 'warm');
  void run('command', 'document');
  void run('completion', 'a');
  expect(trace).toEqual(['explain starts', 'explain aborts']);
  await settle();
  for (const name of ['a', 'document', 'warm']) {
    release.get(name)?.();
    await settle();
  }
  expect(trace.filter((line) => line.endsWith('starts'))).toEqual([
    'explain starts',
    'a starts',
    'document starts',
    'warm starts',
  ]);
});

test('a caller that gives up before its job starts gets the reason, and the job never starts', async () => {
  const controller = new AbortController();
  void run('completion', 'a');
  void run('command', 'b', controller.signal);
  controller.abort(new Error('changed my mind'));
  void run('command', 'c', AbortSignal.abort(new Error('already gone')));
  await settle();
  release.get('a')?.();
  await settle();
  expect(trace).toEqual([
    'a starts',
    'b rejected: changed my mind',
    'c rejected: already gone',
    'a ends',
    'a resolved',
  ]);
});

test('a caller that gives up while its job runs aborts it', async () => {
  const controller = new AbortController();
  void run('command', 'a', controller.signal);
  controller.abort(new Error('enough'));
  await settle();
  expect(trace).toEqual(['a starts', 'a aborts', 'a ends', 'a rejected: enough']);
});

test('a job that throws at once does not stop the next', async () => {
  const failing = scheduler.run(
    'command',
    () => {
      throw new Error('broken');
    },
    neverAborted,
  );
  void run('command', 'next');
  await expect(failing).rejects.toThrow('broken');
  await settle();
  expect(trace).toEqual(['next starts']);
});

test('disposing rejects everything that waits and aborts what runs', async () => {
  void run('command', 'a');
  void run('background', 'b');
  scheduler.dispose();
  await settle();
  expect(trace).toEqual([
    'a starts',
    'a aborts',
    'b rejected: the server is shutting down',
    'a ends',
    'a rejected: the server is shutting down',
  ]);
});

test.each<Priority>(['command', 'background'])(
  'windows take turns in a %s, however much one of them wants',
  async (priority) => {
    const turns = new EngineTurns();
    const [busy, other, third] = [new Scheduler(turns), new Scheduler(turns), new Scheduler(turns)];
    for (const name of ['busy 1', 'busy 2', 'busy 3']) {
      void run(priority, name, neverAborted, busy);
    }
    void run(priority, 'other 1', neverAborted, other);
    void run(priority, 'third 1', neverAborted, third);
    void run(priority, 'other 2', neverAborted, other);
    await settle();
    const order = ['busy 1', 'other 1', 'third 1', 'busy 2', 'other 2', 'busy 3'];
    for (const name of order) {
      release.get(name)?.();
      await settle();
    }
    expect(trace.filter((line) => line.endsWith('starts'))).toEqual(order.map((name) => `${name} starts`));
  },
);

test('a completion of another window waits for one that runs, and goes before what is less urgent', async () => {
  const turns = new EngineTurns();
  const [one, other] = [new Scheduler(turns), new Scheduler(turns)];
  void run('completion', 'a', neverAborted, one);
  void run('command', 'explain', neverAborted, one);
  void run('completion', 'b', neverAborted, other);
  expect(one.hasCommands && other.hasCommands).toBe(true);
  await settle();
  expect(trace).toEqual(['a starts']);
  release.get('a')?.();
  await settle();
  expect(trace.slice(1)).toEqual(['a ends', 'a resolved', 'b starts']);
});

test('a window that closes takes only its own jobs with it', async () => {
  const turns = new EngineTurns();
  const [closing, other] = [new Scheduler(turns), new Scheduler(turns)];
  void run('command', 'a', neverAborted, closing);
  void run('command', 'b', neverAborted, closing);
  void run('command', 'c', neverAborted, other);
  closing.dispose();
  await settle();
  expect(trace).toEqual([
    'a starts',
    'a aborts',
    'b rejected: the server is shutting down',
    'a ends',
    'a rejected: the server is shutting down',
    'c starts',
  ]);
});

test('no two jobs ever overlap and every caller is answered, whatever the order', async () => {
  const priority = fc.constantFrom<Priority>('completion', 'command', 'background');
  const step = fc.record({ priority, turnCount: fc.nat(5), abortAfter: fc.option(fc.nat(5)) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const turns = new EngineTurns();
      const windows = [new Scheduler(turns), new Scheduler(turns)];
      let runningCount = 0;
      let mostRunningCount = 0;
      const answers = steps.map(async ({ priority, turnCount, abortAfter }, index) => {
        const controller = new AbortController();
        const job = async () => {
          runningCount += 1;
          mostRunningCount = Math.max(mostRunningCount, runningCount);
          for (let turn = 0; turn < turnCount; turn += 1) {
            await Promise.resolve();
          }
          runningCount -= 1;
        };
        const answer = windows[index % 2]!.run(priority, job, controller.signal).catch(() => 'aborted');
        for (let turn = 0; turn < (abortAfter ?? 0); turn += 1) {
          await Promise.resolve();
        }
        if (abortAfter !== null) {
          controller.abort();
        }
        await answer;
      });
      await Promise.all(answers);
      expect(runningCount).toBe(0);
      expect(mostRunningCount).toBeLessThanOrEqual(1);
    }),
    { numRuns: 200 },
  );
});
