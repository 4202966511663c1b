import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { DeviceEngine } from '../../src/runtime/deviceEngine';
import { openWatched } from '../../src/runtime/deviceWatch';
import { byteTokenizer } from '../support/byteTokenizer';
import { createScriptedEngine } from '../support/scriptedEngine';

const request = { promptIds: byteTokenizer.encode('x = '), maxTokens: 4, stopIds: new Set<number>() };
const hung = { code: 'device-hung', message: expect.stringMatching(/WebGPU did not answer/) as string };
const minuteMs = 60_000;

let trace: string[];
/** What a step of the scripted device waits for. */
let held: { readonly promise: Promise<void>; readonly release: () => void };
/** The step at which the device hangs; counted over all calls. */
let hangsAtStep: number;
let stepCount: number;
let tellOfRun: () => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  trace = [];
  held = hold();
  hangsAtStep = 0;
  stepCount = 0;
});
afterEach(async () => {
  held.release();
  vi.useRealTimers();
  await settle();
});

function hold(): typeof held {
  let release = () => {};
  return { promise: new Promise((resolve) => (release = resolve)), release: () => release() };
}

/** Writes `abcd`; its step number `hangsAtStep` waits for the test. */
function openDevice() {
  return openWatched('webgpu', (onRun) => {
    tellOfRun = onRun;
    const engine = createScriptedEngine({
      reply: () => 'abcd',
      beforeStep: () => (stepCount++ === hangsAtStep ? held.promise : Promise.resolve()),
    });
    return Promise.resolve({ ...engine, dispose: () => Promise.resolve(void trace.push('device disposed')) });
  });
}

async function open(): Promise<DeviceEngine> {
  // The processor goes on after what the device wrote.
  const reply = (prompt: string) => 'abcd'.slice(prompt.length - 'x = '.length);
  return new DeviceEngine(
    { device: 'webgpu', engine: await openDevice() },
    () => Promise.resolve(createScriptedEngine({ reply })),
    {
      moved: (device) => trace.push(`moved to ${device}`),
      lost: (device, error) => trace.push(`lost ${device}: ${(error as Error).message}`),
    },
  );
}

/** Lets everything run that waits for no clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function pass(ms: number): Promise<void> {
  await settle();
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

test.each([0, 2])('a device that hangs after %d tokens: the processor goes on, told once', async (count) => {
  hangsAtStep = count;
  const engine = await open();
  const seen: number[] = [];
  const onToken = ({ id }: { id: number }) => (seen.push(id), 'continue') as 'continue';
  const running = engine.generate({ ...request, onToken }, neverAborted);
  await pass(5 * minuteMs);
  expect(byteTokenizer.decode((await running).tokens.map(({ id }) => id))).toBe('abcd');
  expect(byteTokenizer.decode(seen)).toBe('abcd');
  await engine.generate(request, neverAborted);
  expect(trace).toEqual(['lost webgpu: WebGPU did not answer for 300 seconds.', 'moved to cpu']);
  // Nobody waits for it, and what it says later is of no interest.
  await engine.dispose();
  held.release();
  await settle();
  expect(byteTokenizer.decode(seen)).toBe('abcd');
  expect(trace.at(-1)).toBe('device disposed');
});

test('a call that hangs and was aborted is aborted, and the next one is answered', async () => {
  const engine = await open();
  const stop = new AbortController();
  const running = engine.prefill(request.promptIds, stop.signal);
  await settle();
  stop.abort(new DOMException('another key', 'AbortError'));
  await Promise.all([expect(running).rejects.toThrow('another key'), pass(5 * minuteMs)]);
  expect(await engine.prefill(request.promptIds, neverAborted)).toMatchObject({ prefilledTokenCount: 4 });
});

test('where the first use took long the device is patient, and less so later', async () => {
  const engine = await openDevice();
  const first = engine.generate(request, neverAborted);
  await pass(4 * minuteMs);
  held.release();
  expect((await first).tokens).toHaveLength(4);
  stepCount = 0;
  held = hold();
  await Promise.all([
    expect(engine.prefill(request.promptIds, neverAborted)).rejects.toMatchObject(hung),
    pass(minuteMs),
  ]);
  await expect(engine.score([1], [2], neverAborted)).rejects.toMatchObject(hung); // At once.
});

test('a long prompt is no hang as long as parts of it are read', async () => {
  const engine = await openDevice();
  hangsAtStep = -1;
  await engine.prefill(request.promptIds, neverAborted);
  [stepCount, hangsAtStep] = [0, 0];
  const reading = engine.prefill(request.promptIds, neverAborted);
  for (let part = 0; part < 5; part += 1) {
    await pass(0.8 * minuteMs);
    tellOfRun();
  }
  held.release();
  expect(await reading).toBeDefined();
});

test('a device that hangs when it is opened is an error, and let go when it comes to itself', async () => {
  const opening = openWatched('webgpu', async () => {
    await held.promise;
    return {
      ...createScriptedEngine({ reply: () => '' }),
      dispose: () => Promise.resolve(void trace.push('disposed')),
    };
  });
  await Promise.all([expect(opening).rejects.toMatchObject(hung), pass(5 * minuteMs)]);
  held.release();
  await settle();
  expect(trace).toEqual(['disposed']);
});
