import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { renameWhenFree } from '../../src/base/renameWhenFree';
import { canMount, withMount } from '../support/mount';

const folder = mkdtempSync(join(tmpdir(), 'sotto-rename-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(!canMount())('what is in use is renamed when it is free, on Windows (needs root)', async () => {
  // A folder on which a disk is mounted is in use, as one is that a scanner reads there.
  await withMount(folder, 'size=1m', async (disk) => {
    const target = join(folder, 'target');
    await expect(renameWhenFree(disk, target, false)).rejects.toMatchObject({ code: 'EBUSY' });
    const renamed = renameWhenFree(disk, target, true);
    spawnSync('umount', [disk]);
    await renamed;
    expect(readdirSync(folder)).toEqual(['target']);
  });
});

test('what is not there is said at once', async () => {
  const absent = join(folder, 'absent');
  await expect(renameWhenFree(absent, join(folder, 'x'), true)).rejects.toMatchObject({ code: 'ENOENT' });
});
