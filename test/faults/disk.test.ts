// Disks that are full or cannot be written: real ones, which only root can mount.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchModelRequest } from '../../src/shared/protocol';
import { canMount, withMount } from '../support/mount';
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

      remount('ro');
      const next = await user.openWindow({ cacheFolder: folder });
      expect(await next.connection.sendRequest(fetchModelRequest)).toEqual({ kind: 'ready' });
      await next.close();
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
