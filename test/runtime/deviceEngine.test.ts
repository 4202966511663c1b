import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { UserError } from '../../src/base/errors';
import type { Device } from '../../src/engine/device';
import type { Engine, GenerateRequest } from '../../src/engine/engine';
import { DeviceEngine } from '../../src/runtime/deviceEngine';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

const request: GenerateRequest = { promptIds: [5, 6, 7, 8], maxTokens: 10, stopIds: new Set() };

let tiny: TinyEngine;
let expectedIds: number[];
beforeAll(async () => {
  tiny = await openTinyEngine({ contextCapacity: 128 });
  expectedIds = (await tiny.engine.generate(request, neverAborted)).tokens.map(({ id }) => id);
});
afterAll(() => tiny.dispose());

let trace: string[];
beforeEach(() => {
  trace = [];
});

/** On a device whose driver gives up after some tokens of each request; the CPU behind it is sound. */
async function onFaultyDevice(
  tokensBeforeFault: number,
  fault: Error = driverReset(),
): Promise<DeviceEngine> {
  return wrap('webgpu', faulty(await tiny.openOn('cpu'), tokensBeforeFault, fault));
}

function wrap(device: Device, engine: Engine): DeviceEngine {
  return new DeviceEngine({ device, engine }, () => tiny.openOn('cpu'), {
    moved: (to) => trace.push(`moved to ${to}`),
    lost: (from, error) => trace.push(`lost ${from}: ${String(error)}`),
  });
}

function driverReset(): UserError {
  return new UserError('engine-failed', 'device lost', 'Restart.');
}

function faulty(engine: Engine, tokensBeforeFault: number, fault: Error): Engine {
  const fail = () => Promise.reject(fault);
  let disposed = false;
  return {
    contextCapacity: engine.contextCapacity,
    vocabularySize: engine.vocabularySize,
    generate(given, signal) {
      let count = 0;
      return engine.generate(
        {
          ...given,
          onToken(token) {
            if (count === tokensBeforeFault) {
              throw fault;
            }
            count += 1;
            return given.onToken?.(token) ?? 'continue';
          },
        },
        signal,
      );
    },
    prefill: fail,
    score: fail,
    scoreChoices: fail,
    cachedPrefixLength: () => 0,
    forget: () => undefined,
    async dispose() {
      if (!disposed) {
        trace.push('disposed');
      }
      disposed = true;
      await engine.dispose();
    },
  };
}

test.each([0, 1, 7])('a run that fails after %d tokens goes on on the CPU, without a seam', async (count) => {
  const engine = await onFaultyDevice(count);
  const seen: number[] = [];
  const onToken = ({ id }: { id: number }) => (seen.push(id), 'continue') as 'continue';
  const { tokens, stopReason } = await engine.generate({ ...request, onToken }, neverAborted);
  expect(tokens.map(({ id }) => id)).toEqual(expectedIds);
  expect(seen).toEqual(expectedIds);
  expect(stopReason).toBe('max-tokens');
  await engine.generate(request, neverAborted);
  expect(trace).toEqual(['lost webgpu: UserError: device lost', 'moved to cpu', 'disposed']);
  expect(engine.device).toBe('cpu');
  await engine.dispose();
});

test('a prefill and a score that fail are answered by the CPU', async () => {
  const prefilled = await onFaultyDevice(0);
  expect(await prefilled.prefill([1, 2, 3], neverAborted)).toMatchObject({ prefilledTokenCount: 3 });
  expect(prefilled.cachedPrefixLength([1, 2, 3, 4])).toBe(3);
  const scored = await onFaultyDevice(0);
  expect(await scored.score([1, 2], [3], neverAborted)).toEqual(
    await tiny.engine.score([1, 2], [3], neverAborted),
  );
  await Promise.all([prefilled.dispose(), scored.dispose()]);
});

test("an abort, a full context and a caller's own error are no loss of the device", async () => {
  const reason = new Error('newer request');
  const aborted = await onFaultyDevice(2, reason);
  await expect(aborted.generate(request, neverAborted)).rejects.toBe(reason);
  const full = new UserError('context-full', 'too long', 'Select less.');
  const filled = await onFaultyDevice(0, full);
  await expect(filled.prefill([1], neverAborted)).rejects.toBe(full);
  expect(trace).toEqual([]);
  expect([aborted.device, filled.device]).toEqual(['webgpu', 'webgpu']);
  await Promise.all([aborted.dispose(), filled.dispose()]);
});

test('what fails on the CPU itself fails', async () => {
  const engine = wrap('cpu', faulty(await tiny.openOn('cpu'), 1, driverReset()));
  await expect(engine.generate(request, neverAborted)).rejects.toThrow('device lost');
  expect(trace).toEqual([]);
  await engine.dispose();
});

test('moving waits for the call that runs, and then serves from the other device', async () => {
  const engine = wrap('cpu', await tiny.openOn('cpu'));
  const next = await tiny.openOn('cpu');
  const running = engine.generate(request, neverAborted);
  const moving = engine.moveTo({ device: 'webgpu', engine: next });
  expect(engine.device).toBe('cpu');
  expect((await running).tokens.map(({ id }) => id)).toEqual(expectedIds);
  await moving;
  expect(engine.device).toBe('webgpu');
  expect((await engine.generate(request, neverAborted)).tokens.map(({ id }) => id)).toEqual(expectedIds);
  expect(trace).toEqual(['moved to webgpu']);
  await engine.dispose();
});

test('an engine that was disposed meanwhile disposes the one it was to move to', async () => {
  const engine = wrap('cpu', await tiny.openOn('cpu'));
  await engine.dispose();
  await engine.moveTo({ device: 'webgpu', engine: faulty(await tiny.openOn('cpu'), 0, driverReset()) });
  expect(trace).toEqual(['disposed']);
  await expect(engine.generate(request, neverAborted)).rejects.toThrow(/disposed/);
});

test('rest begins when the call that runs has ended', async () => {
  const engine = wrap('cpu', await tiny.openOn('cpu'));
  const untilUse = engine.untilNextCall;
  expect(untilUse.aborted).toBe(false);
  const running = engine.generate(request, neverAborted).then(() => trace.push('ended'));
  expect(untilUse.aborted).toBe(true);
  expect(engine.untilNextCall.aborted).toBe(false);
  await engine.idleFor(0, neverAborted);
  trace.push('idle');
  await running;
  expect(trace).toEqual(['ended', 'idle']);
  const stop = new AbortController();
  const waiting = engine.idleFor(3_600_000, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow(/abort/);
  await engine.dispose();
});
