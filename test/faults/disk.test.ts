// Disks that are full or cannot be written: real ones, which only root can mount.
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import { silentLogger } from '../../src/base/logger';
import { ensureGraphVariant } from '../../src/model/graphVariant';
import { chooseCpuGraph } from '../../src/runtime/cpuGraph';
import { fetchModelRequest } from '../../src/shared/protocol';
import { canMount, withMount } from '../support/mount';
import { prepareTinyModel } from '../support/preparedTinyModel';
import { matching } from '../support/modelWorkspace';
import { createTestUser, type TestUser } from '../support/serverWindow';

let user: TestUser;

beforeEach(async () => {
  user = await createTestUser();
});

afterEach(() => user.dispose());

describe.skipIf(!canMount())('a disk (needs root)', () => {
  test('full: the reason is told, and after some room was made it goes on without a restart', async () => {
    await withMount(user.folder, 'size=50m', async (folder, remount) => {
      const window = await user.openWindow({ cacheFolder: folder });
      expect(await window.connection.sendRequest(fetchModelRequest)).toEqual({
        kind: 'failed',
        reason: matching(/too full.* are needed and .* are free/),
        advice: matching('Free some space'),
      });
      expect(window.states.at(-1)?.kind).toBe('failed');
      expect(window.logLines).toContainEqual(expect.stringContaining('too full'));
      remount('size=400m');
      expect(await window.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
      expect(await window.answer('What is it?')).toMatchObject({ kind: 'done' });
      await window.close();
    });
  });

  test('read-only: the reason is told; a model that was prepared before is used all the same', async () => {
    await withMount(user.folder, 'size=400m', async (folder, remount) => {
      remount('ro');
      const window = await user.openWindow({ cacheFolder: folder });
      expect(await window.connection.sendRequest(fetchModelRequest)).toEqual({
        kind: 'failed',
        reason: matching('cannot be written'),
        advice: matching('Make it writable'),
      });
      remount('rw');
      expect(await window.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
      await window.close();

      // Copied or restored, its files are hashed, and the times that they have now cannot be remembered.
      const [prepared = ''] = readdirSync(join(folder, 'prepared'));
      readdirSync(join(folder, 'prepared', prepared)).forEach((name) =>
        utimesSync(join(folder, 'prepared', prepared, name), 1000, 1000),
      );
      remount('ro');
      const next = await user.openWindow({ cacheFolder: folder });
      expect(await next.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
      await next.close();
    });
  });

  test('read-only: which graph the processor runs faster is measured, though it cannot be kept', async () => {
    await withMount(user.folder, 'size=400m', async (folder, remount) => {
      const source = await prepareTinyModel(folder, { architecture: 'qwen2', seed: 1, layerCount: 1 });
      await ensureGraphVariant(source, 'channel', { logger: silentLogger }, neverAborted);
      utimesSync(join(source.folder, 'channel.onnx'), 1000, 1000);
      remount('ro');
      const { configuration, headParts, files } = source.manifest;
      const graphPath = join(source.folder, files.graph.name);
      const engine = { graphPath, configuration, headParts, contextCapacity: 256, threadCount: 1 };
      const lines: string[] = [];
      const note = (line: string) => void lines.push(line);
      const logger = { ...silentLogger, info: note, warn: note };
      const options = { source, engine, texts: [[3, 4, 5]], report: () => {}, logger, leastByteCount: 0 };
      const { scalePer } = await chooseCpuGraph(options, neverAborted);
      expect(lines).toContain(`processor: weights by ${scalePer}`);
      expect(lines).toContainEqual(expect.stringMatching(/channel\.json cannot be written/));
      expect(lines).toContainEqual(expect.stringMatching(/cpu\.json cannot be written/));
    });
  });

  test('a runtime folder that cannot be written is said at once, so that the window can do without it', async () => {
    await withMount(user.folder, 'size=1m', async (folder, remount) => {
      remount('ro');
      user.environment.XDG_RUNTIME_DIR = join(folder, 'run');
      await expect(user.openWindow()).rejects.toThrow(/mkdir/);
      expect(user.serverProcessIds()).toEqual([]);
    });
  });
});
