import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger, type Logger } from '../../src/base/logger';
import type { GraphSource } from '../../src/model/graphVariant';
import { writeSealed } from '../../src/model/sealedJson';
import { betterOf, chooseCpuGraph, type CpuGraphOptions } from '../../src/runtime/cpuGraph';
import type { GraphMeasurement } from '../../src/runtime/graphMeasurement';
import { prepareTinyModel } from '../support/preparedTinyModel';

const root = mkdtempSync(join(tmpdir(), 'sotto-cpu-graph-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('chooseCpuGraph', () => {
  let source: GraphSource;
  let options: CpuGraphOptions;
  let lines: string[];
  beforeEach(async () => {
    const cache = mkdtempSync(join(root, 'cache-'));
    source = await prepareTinyModel(cache, { architecture: 'qwen2', seed: 1, layerCount: 1 });
    const { configuration, headParts, files } = source.manifest;
    lines = [];
    const note = (line: string) => void lines.push(line);
    const logger: Logger = { ...silentLogger, info: note, warn: note };
    options = {
      source,
      engine: {
        graphPath: join(source.folder, files.graph.name),
        configuration,
        headParts,
        contextCapacity: 256,
        threadCount: 1,
      },
      texts: [[3, 4, 5]],
      report: () => {},
      logger,
      leastByteCount: 0,
    };
  });

  const choose = async (changes: Partial<CpuGraphOptions> = {}) =>
    (await chooseCpuGraph({ ...options, ...changes }, neverAborted)).graphPath;
  const record = () => readFileSync(join(source.folder, 'cpu.json'), 'utf8');
  const measuredCount = () => lines.filter((line) => line.includes('measuring')).length;

  test('a small model is not measured', async () => {
    const before = readdirSync(source.folder);
    expect(await choose({ leastByteCount: undefined })).toBe(options.engine.graphPath);
    expect(readdirSync(source.folder)).toEqual(before);
  });

  test('what was measured is kept, until the processor is another', async () => {
    const path = await choose();
    expect(await choose({ engine: { ...options.engine, threadCount: 2 } })).toBe(path);
    expect(measuredCount()).toBe(1);
    await writeSealed(join(source.folder, 'cpu.json'), { measuredOn: 'another', scalePer: 'block' });
    await choose();
    expect(measuredCount()).toBe(2);
  });

  test('the record decides which graph it is, and the other one’s weights are not kept', async () => {
    await choose();
    const { measuredOn } = JSON.parse(record()) as { measuredOn: string };
    await writeSealed(join(source.folder, 'cpu.json'), { measuredOn, scalePer: 'channel' });
    expect(await choose()).toBe(join(source.folder, 'channel.onnx'));
    expect(readdirSync(source.folder)).toContain('channel.bin');
    await writeSealed(join(source.folder, 'cpu.json'), { measuredOn, scalePer: 'block' });
    expect(await choose()).toBe(options.engine.graphPath);
    expect(readdirSync(source.folder)).not.toContain('channel.bin');
  });

  test('a model that cannot be measured runs by block, and the log says why', async () => {
    rmSync(source.ggufPath);
    expect(await choose()).toBe(options.engine.graphPath);
    expect(lines.join()).toContain('weights stay in blocks');
  });

  test('an engine that fails while it is measured is not tried at every start', async () => {
    const engine = { ...options.engine, libraryPath: '/nonexistent/libonnxruntime.so' };
    expect(await choose({ engine })).toBe(options.engine.graphPath);
    expect(await choose({ engine })).toBe(options.engine.graphPath);
    expect(measuredCount()).toBe(1);
    expect(lines.join()).toContain('not measured: ');
    expect(readdirSync(source.folder)).not.toContain('channel.bin');
  });

  test('ends when it is aborted, and remembers nothing', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const report = () => controller.abort(reason);
    await expect(chooseCpuGraph({ ...options, report }, controller.signal)).rejects.toBe(reason);
    expect(readdirSync(source.folder)).not.toContain('cpu.json');
  });
});

describe('betterOf', () => {
  const measured = (changes: Partial<GraphMeasurement>): GraphMeasurement => ({
    logProbabilities: [-0.1, -2],
    readMsPerToken: 10,
    writeMsPerToken: 30,
    ...changes,
  });

  test.each([
    ['reads faster', { readMsPerToken: 5 }, 'channel'],
    ['reads a little faster', { readMsPerToken: 9 }, 'block'],
    ['reads faster and writes slower', { readMsPerToken: 7, writeMsPerToken: 90 }, 'block'],
    ['rounds otherwise', { readMsPerToken: 5, logProbabilities: [-0.15, -1.9] }, 'channel'],
    ['says something else', { readMsPerToken: 5, logProbabilities: [-0.9, -2] }, 'block'],
    ['gives no numbers', { readMsPerToken: 5, logProbabilities: [NaN, -2] }, 'block'],
  ])('by channel it %s', (_, changes, expected) => {
    expect(betterOf(measured({}), measured(changes))).toBe(expected);
  });
});
