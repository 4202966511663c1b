import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../src/engine/device';
import type { DeviceForm } from '../../src/model/deviceForm';
import { findDeviation, type DeviceMeasurement } from '../../src/runtime/deviceMeasurement';
import {
  describeEntry,
  fasterOf,
  fastestDevice,
  formOn,
  isMeasured,
  readDeviceTable,
  writeDeviceTable,
  type DeviceEntry,
} from '../../src/runtime/deviceTable';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-devices-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function measured(device: Device, suggestionMs: number, form?: DeviceForm): DeviceEntry {
  const speed = { prefillTokensPerSecond: 400, decodeMsPerToken: 20, suggestionMs };
  return { device, form, outcome: 'measured', measurement: { golden: [], referenceScores: [], speed } };
}

describe('the table', () => {
  test('is found again under its key, and only under it', async () => {
    const file = join(folder, 'new', 'devices.json');
    const table = [measured('cpu', 300), { device: 'webgpu', outcome: 'wrong', reason: 'prompt 1' } as const];
    await writeDeviceTable(file, 'driver 1', table);
    await writeDeviceTable(file, 'driver 2', []);
    expect(await readDeviceTable(file, 'driver 1')).toEqual(table);
    expect(await readDeviceTable(file, 'driver 2')).toEqual([]);
    expect(await readDeviceTable(file, 'driver 3')).toEqual([]);
  });

  test('forgets the oldest', async () => {
    const file = join(folder, 'many.json');
    for (let index = 0; index < 12; index += 1) {
      await writeDeviceTable(file, `driver ${index}`, [measured('cpu', index)]);
    }
    expect(await readDeviceTable(file, 'driver 11')).toHaveLength(1);
    expect(await readDeviceTable(file, 'driver 0')).toEqual([]);
    expect((JSON.parse(readFileSync(file, 'utf8')) as unknown[]).length).toBeLessThan(12);
  });

  test.each([
    ...['', '{', '{"a": 1}', '[["driver 1", [{"device": "abacus", "outcome": "measured"}]]]'],
    '[["driver 1", [{"device": "cpu", "outcome": "measured", "measurement": {"speed": {"suggestionMs": 1}}}]]]',
    '[["driver 1", [{"device": "cpu", "outcome": "measured", "measurement": null}]]]',
    '[["driver 1", [{"device": "cpu", "form": "q1f8", "outcome": "failed", "reason": "x"}]]]',
  ])('that makes no sense (%s) is no table', async (text) => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, text);
    expect(await readDeviceTable(file, 'driver 1')).toEqual([]);
    await writeDeviceTable(file, 'driver 1', [measured('cpu', 1)]);
    expect(await readDeviceTable(file, 'driver 1')).toHaveLength(1);
  });
});

test('of two forms the faster one counts, if it was right, and the table says which it was', () => {
  const wide = measured('webgpu', 100);
  const half = measured('webgpu', 60, 'q8f16');
  const unable: DeviceEntry = { device: 'webgpu', outcome: 'failed', reason: 'no f16' };
  const wrong: DeviceEntry = { device: 'webgpu', outcome: 'wrong', reason: 'prompt 1' };
  expect(fasterOf(wide, half)).toBe(half);
  expect(fasterOf(half, wide)).toBe(half);
  expect(fasterOf(wide, unable)).toBe(wide);
  expect(fasterOf(wrong, half)).toBe(half);
  expect(fasterOf(wrong, unable)).toBe(wrong);
  const small = measured('webgpu', 50, 'q4f16');
  expect(fasterOf(half, small, 0.8)).toBe(half);
  expect(fasterOf(wide, small, 0.8)).toBe(small);

  expect(formOn([measured('cpu', 300), half], 'webgpu')).toBe('q8f16');
  expect(formOn([measured('cpu', 300), half], 'cuda')).toBe('q8f32');
  expect(formOn([measured('cpu', 300), wide], 'webgpu')).toBe('q8f32');
  expect(formOn([unable], 'webgpu')).toBe('q8f32');
  expect(describeEntry(half)).toMatch(/, in float16$/);
  expect(describeEntry(small)).toMatch(/, in float16 with weights of 4 bits$/);
  expect(describeEntry(wide)).not.toMatch(/float/);
});

test('the fastest device is the one that is clearly faster than the processor', () => {
  const failed: DeviceEntry = { device: 'cuda', outcome: 'failed', reason: 'no driver' };
  const chosen = [
    [],
    [failed],
    [measured('cpu', 300), failed],
    [measured('cpu', 300), measured('webgpu', 290)],
    [measured('cpu', 300), measured('webgpu', 100)],
    [measured('cpu', 300), measured('webgpu', 100), measured('cuda', 50)],
    [measured('webgpu', 100)], // Without the processor's figure there is nothing to be faster than.
    [measured('cpu', 300), measured('webgpu', NaN)],
  ].map(fastestDevice);
  expect(chosen).toEqual(['cpu', 'cpu', 'cpu', 'cpu', 'webgpu', 'cuda', 'cpu', 'cpu']);
});

test('a table is measured when all were tried, and the processor was timed where there was something to compare', () => {
  const failed: DeviceEntry = { device: 'cuda', outcome: 'failed', reason: 'no driver' };
  const crashed: DeviceEntry = { device: 'webgpu', outcome: 'crashed', reason: 'driver' };
  const tooSlow: DeviceEntry = { device: 'cpu', outcome: 'timed-out', reason: 'no answer' };
  const tables = [[], [crashed], [failed, crashed], [measured('cpu', 300), failed], [tooSlow, failed]];
  expect(tables.map(isMeasured)).toEqual([false, false, true, true, false]);
});

describe('the golden check', () => {
  const speed = { prefillTokensPerSecond: 1, decodeMsPerToken: 1, suggestionMs: 1 };
  const cpu: DeviceMeasurement = {
    golden: [{ ids: [1, 2, 3], logProbabilities: [-0.1, -0.7, -0.2] }],
    referenceScores: [],
    speed,
  };

  function check(ids: number[], logProbabilities: number[], scores: number[]): string | undefined {
    return findDeviation(cpu, { golden: [{ ids, logProbabilities }], referenceScores: [scores], speed });
  }

  test('passes equal tokens with log-probabilities up to rounding', () => {
    expect(check([1, 2, 3], [-0.1, -0.7, -0.2], [-0.1, -0.7, -0.2])).toBeUndefined();
    expect(check([1, 2, 3], [-0.15, -0.66, -0.2], [-0.15, -0.66, -0.2])).toBeUndefined();
  });

  test('passes another token where the two are a near tie, and whatever follows it', () => {
    expect(check([1, 9, 8], [-0.1, -0.65, -3], [-0.1, -0.75, -0.2])).toBeUndefined();
  });

  test('refuses another token that the device clearly prefers', () => {
    expect(check([1, 9, 8], [-0.1, -0.1, -3], [-0.1, -0.8, -0.2])).toMatch(
      /prompt 1: token 2 differs .* 0\.70 nats/,
    );
  });

  test('refuses tokens that are equal by luck', () => {
    expect(check([1, 2, 3], [-1, -1, -1], [-1, -1, -1])).toMatch(/on average/);
  });

  test('refuses what is no number, and what is missing', () => {
    expect(check([1, 2, 3], [NaN, NaN, NaN], [NaN, NaN, NaN])).toBeDefined();
    expect(check([0, 0, 0], [NaN, NaN, NaN], [NaN, NaN, NaN])).toBeDefined();
    expect(check([1, 2], [-0.1, -0.7], [-0.1, -0.7])).toBeDefined();
    expect(findDeviation(cpu, { golden: [], referenceScores: [], speed })).toBeDefined();
  });
});
