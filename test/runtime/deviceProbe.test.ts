import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { hasOwnMemory } from '../../src/engine/device';
import { locateCache, type Cache } from '../../src/model/cache';
import { precisionOf, type DeviceForm } from '../../src/model/deviceForm';
import { openOnDevice, type DeviceOptions } from '../../src/runtime/deviceControl';
import { measureCpu, probeDevices, type ProbeOptions } from '../../src/runtime/deviceProbe';
import { reportDevices } from '../../src/runtime/deviceReport';
import { forgetDeviceCrashes, readDeviceTable, writeDeviceCrash } from '../../src/runtime/deviceTable';
import {
  chosenDriver,
  noSoftwareAdapter,
  softwareAdapterEnvironment,
  softwareAdapterSizes,
  softwareAdapterTimeoutMs,
  useSoftwareAdapter,
} from '../support/softwareAdapter';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

const isLinux = process.platform === 'linux' && process.arch === 'x64';

let tiny: TinyEngine;
let cache: Cache;
const environment = { ...process.env };
beforeAll(async () => {
  tiny = await openTinyEngine({ ...softwareAdapterSizes, contextCapacity: 80 });
  cache = locateCache({ SOTTO_CACHE: mkdtempSync(join(tmpdir(), 'sotto-probe-')) });
  // Whatever this machine has: only what a test asks for.
  process.env['VK_ICD_FILENAMES'] = '/nonexistent';
});
afterEach(() => {
  process.env['VK_ICD_FILENAMES'] = '/nonexistent';
});
afterAll(async () => {
  process.env = environment;
  rmSync(cache.folder, { recursive: true });
  await tiny.dispose();
});

function options(change: Partial<ProbeOptions> = {}): ProbeOptions {
  return {
    engineFor: (device, form) =>
      Promise.resolve({
        ...tiny.engineOptions,
        device,
        precision: precisionOf(form),
        graphPath: hasOwnMemory(device) ? tiny.deviceGraphPaths[form] : tiny.engineOptions.graphPath,
      }),
    promptIds: [
      [3, 4, 5],
      [6, 7],
    ],
    libraryPathFor: () => undefined,
    logger: silentLogger,
    timeoutMs: softwareAdapterTimeoutMs,
    ...change,
  };
}

async function outcomes(change: Partial<ProbeOptions> = {}): Promise<Record<string, string>> {
  const table = await probeDevices(options(change), neverAborted);
  return Object.fromEntries(
    table.map((entry) => [
      entry.device,
      entry.outcome === 'measured' ? 'measured' : `${entry.outcome}: ${entry.reason}`,
    ]),
  );
}

test.runIf(isLinux)('devices that are not there cost a moment and are told with the reason', async () => {
  const found = await outcomes();
  expect(found).toMatchObject({
    webgpu: expect.stringMatching(/^failed: .*adapter/i) as string,
    cuda: expect.stringMatching(/^failed: .*libonnxruntime_providers/) as string,
  });
  // Nothing to compare with, so the processor was not kept busy either.
  expect(found).not.toHaveProperty('cpu');
});

test.runIf(isLinux && spawnSync('cc', ['--version']).status === 0)(
  'a driver that ends its process is an outcome, not an end of ours',
  async () => {
    const source = join(cache.folder, 'crash.c');
    const library = join(cache.folder, 'crash.so');
    writeFileSync(
      source,
      '#include <stdlib.h>\n__attribute__((constructor)) void crash(void) { abort(); }\n',
    );
    expect(spawnSync('cc', ['-shared', '-fPIC', '-o', library, source]).status).toBe(0);
    const found = await outcomes({ libraryPathFor: (device) => (device === 'cuda' ? library : undefined) });
    expect(found['cuda']).toBe('failed: the driver ended the process (SIGABRT)');
  },
);

test('the tokens that devices must give are those of the prepared graph, whichever the processor runs', async () => {
  const other = await openTinyEngine({ ...softwareAdapterSizes, contextCapacity: 80, seed: 2 });
  const goldenOf = async (change: Partial<ProbeOptions>) => {
    const entry = await measureCpu(options(change), neverAborted);
    return entry.outcome === 'measured' ? entry.measurement.golden : entry.reason;
  };
  const engineFor = () => Promise.resolve(other.engineOptions);
  const expected = await goldenOf({});
  expect(await goldenOf({ engineFor })).not.toEqual(expected);
  expect(await goldenOf({ engineFor, referenceEngine: tiny.engineOptions })).toEqual(expected);
  await other.dispose();
});

test('an aborted probe rejects with the reason', async () => {
  const controller = new AbortController();
  const probing = probeDevices(options(), controller.signal);
  controller.abort(new Error('shutting down'));
  await expect(probing).rejects.toThrow('shutting down');
});

test.skipIf(noSoftwareAdapter !== undefined || chosenDriver !== undefined)(
  `a device without float16 is measured in float32 ${noSoftwareAdapter ?? ''}`,
  { timeout: softwareAdapterTimeoutMs },
  async () => {
    Object.assign(process.env, softwareAdapterEnvironment());
    const messages: string[] = [];
    const logger = { ...silentLogger, info: (message: string) => messages.push(message) };
    const table = await probeDevices(options({ logger }), neverAborted);
    expect(table.find(({ device }) => device === 'webgpu')).toMatchObject({
      outcome: 'measured',
      form: 'q8f32',
    });
    expect(messages.find((message) => message.startsWith('device: webgpu as q8f16: '))).toMatch(/f16/);
  },
);

test.skipIf(noSoftwareAdapter !== undefined)(
  `a graph that cannot be made is an outcome of its device ${noSoftwareAdapter ?? ''}`,
  { timeout: softwareAdapterTimeoutMs },
  async () => {
    Object.assign(process.env, softwareAdapterEnvironment());
    const { engineFor } = options();
    const found = await outcomes({
      engineFor: (device, form) =>
        hasOwnMemory(device) ? Promise.reject(new Error('no room')) : engineFor(device, form),
    });
    expect(found).toMatchObject({ cpu: 'measured', webgpu: 'failed: no room' });
  },
);

test.skipIf(noSoftwareAdapter !== undefined)(
  `a device that hangs is stopped ${noSoftwareAdapter ?? ''}`,
  { timeout: softwareAdapterTimeoutMs },
  async () => {
    Object.assign(process.env, softwareAdapterEnvironment());
    const hanging = await probeDevices(options({ timeoutMs: 1 }), neverAborted);
    expect(hanging).toEqual([{ device: 'cpu', outcome: 'timed-out', reason: 'no answer within 0 s' }]);
  },
);

function controlOptions(setting: DeviceOptions['setting']): DeviceOptions {
  return {
    setting,
    engine: tiny.engineOptions,
    deviceGraphs: {
      ensure: (form) => Promise.resolve(tiny.deviceGraphPaths[form]),
      remove: () => Promise.resolve(),
    },
    modelSha256: 'tiny',
    promptIds: options().promptIds,
    cache,
    logger: silentLogger,
    onMoved: () => {},
    onLost: () => {},
    measureAfterIdleMs: 0,
    probeTimeoutMs: softwareAdapterTimeoutMs,
  };
}

test.runIf(isLinux)(
  'the automatic choice measures once, remembers, and stays where nothing is faster',
  async () => {
    const removed: string[] = [];
    const remove = (form: DeviceForm) => {
      removed.push(form);
      return Promise.reject(new Error('in use'));
    };
    // In the background nothing is measured meanwhile.
    const auto = { ...controlOptions('auto'), measureAfterIdleMs: 60_000 };
    const first = await openOnDevice({ ...auto, deviceGraphs: { ...auto.deviceGraphs, remove } });
    const table = await first.table(neverAborted);
    expect(removed).toEqual(['q8f16', 'q4f16']);
    expect(table.map(({ device }) => device).sort()).toEqual(['cuda', 'webgpu']);
    expect(first.engine.device).toBe('cpu');
    await first.dispose();
    // Known without the model in memory, too; what is not is that nobody has timed the processor.
    expect(await reportDevices({ modelSha256: 'tiny', cache })).toEqual([
      { device: 'cpu', detail: 'Not measured.' },
      ...table,
    ]);
    expect(await reportDevices({ modelSha256: 'another', cache })).toContainEqual({
      device: 'webgpu',
      detail: 'Not measured.',
    });
    expect(await reportDevices({ modelSha256: undefined, cache })).toContainEqual({
      device: 'webgpu',
      detail: expect.stringMatching(/once the model is in memory/) as string,
    });
    expect(await readDeviceTable(cache.devicesFile, 'another driver')).toEqual([]);
  },
);

test.runIf(isLinux)(
  'where the processor was not timed everything but crashes is measured again',
  async () => {
    const control = await openOnDevice({ ...controlOptions('cpu'), modelSha256: 'slow' });
    await control.table(neverAborted);
    const [[key] = []] = JSON.parse(readFileSync(cache.devicesFile, 'utf8')) as [string, unknown][];
    expect(key).toContain('model slow');
    const known = [
      { device: 'cpu', outcome: 'timed-out', reason: 'no answer' },
      { device: 'webgpu', outcome: 'failed', reason: 'no adapter' },
      { device: 'cuda', outcome: 'crashed', reason: 'driver' },
    ];
    writeFileSync(cache.devicesFile, JSON.stringify([[key, known]]));
    const table = await control.table(neverAborted);
    expect(table).toMatchObject([
      { device: 'webgpu', detail: expect.stringMatching(/adapter/i) as string },
      { device: 'cuda', detail: 'driver' },
    ]);
    await control.dispose();
  },
);

test.runIf(isLinux)('a device that is forced and not there is a clear error', async () => {
  await expect(openOnDevice(controlOptions('cuda'))).rejects.toMatchObject({ code: 'device-unavailable' });
});

test.skipIf(noSoftwareAdapter !== undefined)(
  'a device that is forced runs the model from the start',
  { timeout: softwareAdapterTimeoutMs },
  async () => {
    useSoftwareAdapter();
    const control = await openOnDevice(controlOptions('webgpu'));
    expect(control.engine.device).toBe('webgpu');
    const { tokens } = await control.engine.generate(
      { promptIds: [3, 4, 5], maxTokens: 3, stopIds: new Set() },
      neverAborted,
    );
    expect(tokens).toHaveLength(3);
    await control.dispose();
  },
);

test.skipIf(noSoftwareAdapter !== undefined)(
  'a device that is forced and ended a process is missing with the reason, until it is chosen again',
  { timeout: softwareAdapterTimeoutMs },
  async () => {
    useSoftwareAdapter();
    const forced = { ...controlOptions('webgpu'), modelSha256: 'crashing' };
    const before = await openOnDevice(forced);
    expect(before.missing).toBeUndefined();
    const [mark = ''] = readdirSync(cache.deviceMarksFolder);
    const text = readFileSync(join(cache.deviceMarksFolder, mark), 'utf8');
    const { tableKey } = JSON.parse(text.slice(1)) as { tableKey: string };
    await before.dispose();
    await writeDeviceCrash(cache.devicesFile, tableKey, 'webgpu');

    let onMoved = (_: unknown) => {};
    const moved = new Promise((resolve) => (onMoved = resolve));
    const control = await openOnDevice({ ...forced, onMoved: (...news) => onMoved(news) });
    expect(control.engine.device).toBe('cpu');
    expect(control.missing).toMatchObject({ device: 'webgpu', kind: 'crashed' });
    await forgetDeviceCrashes(cache.devicesFile, 'webgpu');
    expect(await readDeviceTable(cache.devicesFile, tableKey)).toEqual([]);
    control.tryAgain('webgpu');
    expect(await moved).toEqual(['webgpu', undefined]);
    await control.dispose();
  },
);

test.skipIf(noSoftwareAdapter !== undefined)(
  'a device that hangs is replaced by the processor and, while it does, not used again in the same process',
  { timeout: softwareAdapterTimeoutMs },
  async () => {
    useSoftwareAdapter();
    const lost: string[] = [];
    const options: DeviceOptions = {
      ...controlOptions('webgpu'),
      onLost: (device, { kind }) => lost.push(`${device} ${kind}`),
    };
    const control = await openOnDevice(options);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const request = { promptIds: [3, 4, 5], maxTokens: 3, stopIds: new Set<number>() };
    const running = control.engine.generate(request, neverAborted);
    vi.advanceTimersByTime(5 * 60_000); // What it computes has not ended by now.
    vi.useRealTimers();
    const meanwhile = await openOnDevice(options);
    expect(meanwhile.engine.device).toBe('cpu');
    expect((await running).tokens).toHaveLength(3);
    expect(control.engine.device).toBe('cpu');
    await Promise.all([control.dispose(), meanwhile.dispose()]);
    expect(lost).toEqual(['webgpu hung']);
    // Its call ended after all: it is let go, and may be used.
    await expect
      .poll(() => readdirSync(cache.deviceMarksFolder), { timeout: softwareAdapterTimeoutMs })
      .toEqual([]);
    const later = await openOnDevice(options);
    expect(later.engine.device).toBe('webgpu');
    await later.dispose();
  },
);

test.skipIf(noSoftwareAdapter !== undefined)(
  'measuring gives way to whoever uses the model, and begins again',
  { timeout: softwareAdapterTimeoutMs },
  async () => {
    Object.assign(process.env, softwareAdapterEnvironment());
    const messages: string[] = [];
    let onMeasuring = () => {};
    const measuring = () => new Promise<void>((resolve) => (onMeasuring = resolve));
    const log = (message: string) => {
      messages.push(message);
      if (message.startsWith('device: measuring ')) {
        onMeasuring();
      }
    };
    let begun = measuring();
    const control = await openOnDevice({
      ...controlOptions('auto'),
      modelSha256: 'in use',
      logger: { ...silentLogger, info: log },
    });
    await begun;
    begun = measuring();
    await control.engine.generate({ promptIds: [3, 4], maxTokens: 1, stopIds: new Set() }, neverAborted);
    await begun;
    await control.dispose();
    expect(messages).toEqual([
      'device: measuring cpu',
      'device: the model is in use; measuring begins again when it rests',
      'device: measuring cpu',
    ]);
  },
);

test.skipIf(noSoftwareAdapter !== undefined)(
  'a device that was remembered as faster takes over while the model is in memory',
  { timeout: softwareAdapterTimeoutMs },
  async () => {
    useSoftwareAdapter();
    Object.assign(process.env, softwareAdapterEnvironment());
    const first = await openOnDevice({ ...controlOptions('cpu'), modelSha256: 'other' });
    const table = await first.table(neverAborted);
    expect(table.find(({ device }) => device === 'webgpu')?.detail).toMatch(/^suggestion \d+ ms/);
    await first.dispose();
    const stored = readFileSync(cache.devicesFile, 'utf8');
    writeFileSync(
      cache.devicesFile,
      stored.replaceAll(/("device": "cpu"[^]*?"suggestionMs": )[\d.]+/g, '$11e9'),
    );

    let onMoved = (_device: string) => {};
    const moved = new Promise<string>((resolve) => (onMoved = resolve));
    const control = await openOnDevice({
      ...controlOptions('auto'),
      modelSha256: 'other',
      onMoved: (device) => onMoved(device),
    });
    expect(control.engine.device).toBe('cpu');
    const request = { promptIds: [3, 4, 5], maxTokens: 3, stopIds: new Set<number>() };
    const before = await control.engine.generate(request, neverAborted);
    expect(await moved).toBe('webgpu');
    const after = await control.engine.generate(request, neverAborted);
    expect(after.tokens.map(({ id }) => id)).toEqual(before.tokens.map(({ id }) => id));
    await control.dispose();
  },
);
