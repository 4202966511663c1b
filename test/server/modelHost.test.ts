import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { UserError } from '../../src/base/errors';
import { silentLogger } from '../../src/base/logger';
import { ModelHost, type ModelConfiguration } from '../../src/server/model/modelHost';
import { ScriptedLoader } from './scriptedModel';
import { withoutProxy } from './testClient';

const small: ModelConfiguration = {
  choice: { kind: 'catalog', name: 'small' },
  cacheFolder: undefined,
  device: 'auto',
  unloadAfterMinutes: 10,
  proxy: withoutProxy,
};

let loader: ScriptedLoader;
let trace: string[];
let lost: string[];

beforeEach(() => {
  vi.useFakeTimers();
  loader = new ScriptedLoader();
  trace = loader.log;
  lost = [];
});

afterEach(() => {
  vi.useRealTimers();
});

async function createHost(configuration = small): Promise<ModelHost> {
  const host = new ModelHost(
    loader,
    silentLogger,
    (state) => {
      const amount =
        state.kind === 'downloading'
          ? ` ${state.doneByteCount}/${state.totalByteCount}`
          : state.kind === 'preparing'
            ? ` ${state.fraction}`
            : '';
      trace.push(`${state.model} ${state.kind}${amount}`);
    },
    configuration,
    ({ device, reason }) => lost.push(`${device}: ${reason}`),
  );
  await host.started;
  return host;
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

test('a model that is absent is downloaded, prepared and loaded, only when asked for', async () => {
  loader.present = false;
  loader.progress = [
    { stage: 'download', unit: 'bytes', doneCount: 0, totalCount: 200 },
    { stage: 'download', unit: 'bytes', doneCount: 1, totalCount: 200 }, // the same whole per cent: not announced
    { stage: 'download', unit: 'bytes', doneCount: 100, totalCount: 200 },
    { stage: 'prepare', unit: 'steps', doneCount: 1, totalCount: 2 },
    { stage: 'load', unit: 'steps', doneCount: 0, totalCount: 1 },
  ];
  const host = await createHost();
  expect(host.current()).toBeUndefined();
  host.wake();
  await settle();
  expect(host.state.kind).toBe('absent');
  expect(trace).toEqual([]);

  expect(await host.fetch(neverAborted)).toEqual({ kind: 'ready' });
  expect(trace).toEqual([
    'small loading',
    'load small, download allowed',
    'small downloading 0/200',
    'small downloading 100/200',
    'small preparing 0.5',
    'small loading',
    'small ready',
  ]);
  expect(host.current()?.completer).toBe(loader.completer);
});

test('a model on disk is loaded on demand, without a download, once', async () => {
  const host = await createHost();
  expect(trace).toEqual(['small unloaded']);
  host.wake();
  host.wake();
  await settle();
  host.wake();
  await settle();
  expect(trace.slice(1)).toEqual(['small loading', 'load small, download forbidden', 'small ready']);
});

test('a model that another process fetched meanwhile is found, without asking the disk at each keystroke', async () => {
  loader.present = false;
  const host = await createHost();
  host.wake();
  await settle();
  loader.present = true;
  host.wake();
  await settle();
  expect(host.state.kind).toBe('absent');
  await vi.advanceTimersByTimeAsync(5_000);
  host.wake();
  await settle();
  expect(trace).toEqual(['small unloaded', 'small loading', 'load small, download forbidden', 'small ready']);
});

test('cancelling a download returns to where it began', async () => {
  loader.present = false;
  loader.gate = new Promise(() => {});
  const host = await createHost();
  const controller = new AbortController();
  const result = host.fetch(controller.signal);
  await settle();
  expect(host.state.kind).toBe('loading');
  controller.abort();
  expect(await result).toEqual({ kind: 'cancelled' });
  expect(host.state.kind).toBe('absent');
});

test('a failure says what happened and what to do, is not retried by typing, and is by asking', async () => {
  loader.failure = new UserError('out-of-memory', 'There is not enough memory.', 'Close other programs.');
  const host = await createHost();
  host.wake();
  await settle();
  expect(host.state).toEqual({
    kind: 'failed',
    model: 'small',
    reason: 'There is not enough memory.',
    advice: 'Close other programs.',
  });
  host.wake();
  await settle();
  expect(trace.filter((line) => line.startsWith('load '))).toHaveLength(1);
  loader.failure = undefined;
  expect(await host.fetch(neverAborted)).toEqual({ kind: 'ready' });
});

test('a time-out of the network is a failure, not a cancellation', async () => {
  loader.failure = new DOMException('no answer', 'TimeoutError');
  const host = await createHost();
  expect(await host.fetch(neverAborted)).toMatchObject({ kind: 'failed', reason: 'no answer' });
});

test('a model that is not used leaves memory, and comes back on demand', async () => {
  const host = await createHost();
  host.wake();
  await settle();
  await vi.advanceTimersByTimeAsync(9 * 60_000);
  expect(host.current()).toBeDefined(); // use: the time begins anew
  await vi.advanceTimersByTimeAsync(9 * 60_000);
  expect(host.state.kind).toBe('ready');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(host.state.kind).toBe('unloaded');
  expect(host.current()).toBeUndefined();
  host.wake();
  await settle();
  expect(trace).toEqual([
    'small unloaded',
    'small loading',
    'load small, download forbidden',
    'small ready',
    'small unloaded',
    'dispose small',
    'small loading',
    'load small, download forbidden',
    'small ready',
  ]);
});

test('a model with which a command runs stays in memory, and is idle from its end on', async () => {
  const host = await createHost();
  let end: (answer: string) => void = () => {};
  const command = host.use(() => new Promise<string>((resolve) => (end = resolve)), neverAborted);
  await vi.advanceTimersByTimeAsync(9 * 60_000);
  host.current(); // Somebody types meanwhile.
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  expect(host.state.kind).toBe('ready');
  end('done');
  expect(await command).toBe('done');
  await vi.advanceTimersByTimeAsync(9 * 60_000);
  expect(host.state.kind).toBe('ready');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(host.state.kind).toBe('unloaded');
});

test('zero minutes keeps the model', async () => {
  const host = await createHost({ ...small, unloadAfterMinutes: 0 });
  host.wake();
  await settle();
  await vi.advanceTimersByTimeAsync(24 * 60 * 60_000);
  expect(host.state.kind).toBe('ready');
});

test('another model replaces the one in memory; the same one stays', async () => {
  const host = await createHost();
  host.wake();
  await settle();
  await host.configure({ ...small, unloadAfterMinutes: 1 });
  expect(host.state.kind).toBe('ready');
  await host.configure({ ...small, choice: { kind: 'file', path: '/models/own.gguf' } });
  expect(trace.slice(4)).toEqual(['dispose small', 'own.gguf unloaded']);
});

test('whoever goes back to the model from before has it; the same choice again cancels nothing', async () => {
  const large: ModelConfiguration = { ...small, choice: { kind: 'catalog', name: 'large' } };
  const host = await createHost();
  void host.configure(large);
  await host.configure(small);
  expect(host.state).toEqual({ kind: 'unloaded', model: 'small' });
  void host.configure(large);
  const fetched = host.fetch(neverAborted);
  void host.configure({ ...large, unloadAfterMinutes: 1 });
  expect(await fetched).toEqual({ kind: 'ready' });
  expect(host.state).toMatchObject({ kind: 'ready', model: 'large' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(host.state).toEqual({ kind: 'unloaded', model: 'large' });
});

test('a command that comes while one model gives way to another waits for the other', async () => {
  const host = await createHost();
  host.wake();
  await settle();
  void host.configure({ ...small, choice: { kind: 'catalog', name: 'large' } });
  expect(await host.use(() => Promise.resolve(host.state.model), neverAborted)).toBe('large');
});

test('another device loads the model anew; a move of the loaded one and its loss are told', async () => {
  const host = await createHost();
  host.wake();
  await settle();
  loader.options?.onDeviceMoved('WebGPU');
  expect(host.state).toMatchObject({ kind: 'ready', device: 'WebGPU' });
  loader.options?.onDeviceLost({ device: 'WebGPU', kind: 'failed', reason: 'driver reset' });
  expect(lost).toEqual(['WebGPU: driver reset']);
  await host.configure({ ...small, device: 'cpu' });
  expect(host.state.kind).toBe('unloaded');
  host.wake();
  await settle();
  expect(loader.options?.device).toBe('cpu');
});

test('choosing another model aborts the load that runs', async () => {
  loader.gate = new Promise(() => {});
  const host = await createHost();
  host.wake();
  await settle();
  loader.gate = undefined;
  await host.configure({ ...small, choice: { kind: 'catalog', name: 'large' } });
  host.wake();
  await settle();
  expect(host.state).toMatchObject({ kind: 'ready', model: 'large' });
});

test('disposing during a load stops it and announces nothing more', async () => {
  loader.gate = new Promise(() => {});
  const host = await createHost();
  host.wake();
  await settle();
  const announced = trace.length;
  await host.dispose();
  loader.options?.onDeviceLost({ device: 'WebGPU', kind: 'failed', reason: 'driver reset' });
  expect(trace.slice(announced)).toEqual([]);
  expect(lost).toEqual([]);
  expect(host.current()).toBeUndefined();
});
