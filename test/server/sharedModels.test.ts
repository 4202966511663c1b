import { beforeEach, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger, type Logger } from '../../src/base/logger';
import type { Progress } from '../../src/base/progress';
import { locateCache } from '../../src/model/cache';
import type { LanguageModel, LoadOptions } from '../../src/runtime/languageModel';
import { SharedModels } from '../../src/server/model/sharedModels';

let trace: string[];
let loads: {
  readonly options: LoadOptions;
  readonly signal: AbortSignal;
  readonly finish: (error?: Error) => void;
}[];
let models: SharedModels;

beforeEach(() => {
  trace = [];
  loads = [];
  models = new SharedModels(
    (options, signal) =>
      new Promise((resolve, reject) => {
        const name = options.choice.kind === 'catalog' ? options.choice.name : options.choice.path;
        trace.push(`load ${name}`);
        const model = { name, dispose: () => Promise.resolve(void trace.push(`free ${name}`)) };
        // As the real one: what was loaded in vain is freed by who loaded it.
        const abort = () => {
          trace.push(`abort ${name}`);
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', abort);
        loads.push({
          options,
          signal,
          finish: (error) => {
            signal.removeEventListener('abort', abort);
            return error === undefined ? resolve(model as LanguageModel) : reject(error);
          },
        });
      }),
  );
});

function acquire(
  name: string,
  signal = neverAborted,
  report: (progress: Progress) => void = () => {},
  logger = silentLogger,
) {
  const cache = locateCache({ SOTTO_CACHE: '/cache' });
  return models.acquire({ choice: { kind: 'catalog', name }, cache, report, logger }, signal);
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('a model is loaded once for all windows and freed with the last of them', async () => {
  const waiting = [acquire('small'), acquire('small')];
  await settle();
  loads[0]?.finish();
  const [one, two] = await Promise.all(waiting);
  const three = await acquire('small');
  expect(one?.model === two?.model && two?.model === three.model).toBe(true);
  await one?.release();
  await one?.release();
  await three.release();
  expect(trace).toEqual(['load small']);
  await two?.release();
  expect(trace).toEqual(['load small', 'free small']);
});

test('another model is another load; a freed one is loaded again', async () => {
  const small = acquire('small');
  const large = acquire('large');
  await settle();
  loads.forEach(({ finish }) => finish());
  await (await small).release();
  await large;
  void acquire('small');
  await settle();
  expect(trace).toEqual(['load small', 'load large', 'free small', 'load small']);
});

test('a window that gives up while the model loads leaves the load to the others', async () => {
  const controller = new AbortController();
  const impatient = acquire('small', controller.signal);
  const patient = acquire('small');
  await settle();
  controller.abort(new Error('window closed'));
  await expect(impatient).rejects.toThrow('window closed');
  loads[0]?.finish();
  expect((await patient).model.name).toBe('small');
  expect(trace).toEqual(['load small']);
});

test('when nobody waits any more the load is aborted, and the next window loads afresh', async () => {
  const controller = new AbortController();
  const only = acquire('small', controller.signal);
  await settle();
  controller.abort(new Error('window closed'));
  await expect(only).rejects.toThrow('window closed');
  void acquire('small');
  await settle();
  expect(trace).toEqual(['load small', 'abort small', 'load small']);
});

test('a load that fails fails for all who wait, and is tried again', async () => {
  const waiting = [acquire('small'), acquire('small')];
  await settle();
  loads[0]?.finish(new Error('damaged'));
  for (const result of await Promise.allSettled(waiting)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { message: 'damaged' } });
  }
  const again = acquire('small');
  await settle();
  loads[1]?.finish();
  expect((await again).model.name).toBe('small');
});

test('who joins in hears at once how far loading has come', async () => {
  const heard: number[] = [];
  void acquire('small');
  await settle();
  const step = { stage: 'prepare', unit: 'bytes', totalCount: 9 } as const;
  loads[0]?.options.report({ ...step, doneCount: 3 });
  void acquire('small', neverAborted, ({ doneCount }) => heard.push(doneCount));
  loads[0]?.options.report({ ...step, doneCount: 4 });
  expect(heard).toEqual([3, 4]);
});

test('the log of a shared model goes to the windows that have it, whoever loaded it', async () => {
  const heard: string[] = [];
  const loggerOf = (window: string): Logger => ({
    ...silentLogger,
    info: (message) => void heard.push(`${window}: ${message}`),
  });
  const controller = new AbortController();
  const first = acquire('small', controller.signal, () => {}, loggerOf('first'));
  const second = acquire('small', neverAborted, () => {}, loggerOf('second'));
  await settle();
  loads[0]?.options.logger.info('loading');
  controller.abort(new Error('window closed'));
  await expect(first).rejects.toThrow('window closed');
  loads[0]?.options.logger.info('loaded');
  loads[0]?.finish();
  await second;
  expect(heard).toEqual(['first: loading', 'second: loading', 'second: loaded']);
});

test('a window that joined in hears of the device, one that left does not; another device is another model', async () => {
  const heard: string[] = [];
  const cache = locateCache({ SOTTO_CACHE: '/cache' });
  const choice = { kind: 'catalog', name: 'small' } as const;
  const acquireAs = (window: string, device: 'auto' | 'cpu') =>
    models.acquire(
      {
        ...{ choice, cache, device, report: () => {}, logger: silentLogger },
        onDeviceMoved: (moved) => heard.push(`${window} moved to ${moved}`),
        onDeviceLost: (lost, { reason }) => heard.push(`${window} lost ${lost}: ${reason}`),
      },
      neverAborted,
    );
  const first = acquireAs('first', 'auto');
  void acquireAs('second', 'auto');
  await settle();
  loads[0]?.finish();
  loads[0]?.options.onDeviceMoved?.('webgpu');
  await (await first).release();
  loads[0]?.options.onDeviceLost?.('webgpu', { kind: 'failed', reason: 'unplugged' });
  expect(heard).toEqual(['first moved to webgpu', 'second moved to webgpu', 'second lost webgpu: unplugged']);
  void acquireAs('third', 'cpu');
  await settle();
  expect(trace).toEqual(['load small', 'load small']);
});

test('the loss of a device is told in one window: the one whose request it was, or the first', async () => {
  const heard: string[] = [];
  const cache = locateCache({ SOTTO_CACHE: '/cache' });
  const choice = { kind: 'catalog', name: 'small' } as const;
  const waiting = ['first', 'second', 'third'].map((window) =>
    models.acquire(
      {
        ...{ choice, cache, report: () => {}, logger: silentLogger },
        onDeviceLost: (_, { kind }) => heard.push(`${window}: ${kind}`),
      },
      neverAborted,
    ),
  );
  await settle();
  const lose = (kind: 'crashed' | 'failed') =>
    loads[0]?.options.onDeviceLost?.('webgpu', { kind, reason: 'unplugged' });
  lose('crashed');
  loads[0]?.finish();
  const [, , third] = await Promise.all(waiting);
  third?.noteTurn();
  lose('failed');
  await third?.release();
  lose('failed');
  expect(heard).toEqual(['first: crashed', 'third: failed', 'first: failed']);
});
