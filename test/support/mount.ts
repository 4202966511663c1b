import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Small and read-only disks are real ones in tests: a tmpfs, which only root can mount. */
export function canMount(): boolean {
  return (
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('unshare', ['-m', 'true']).status === 0
  );
}

/** Lends a disk of its own below `parent`; `options` and `remount` as `mount -o` takes them. */
export async function withMount(
  parent: string,
  options: string,
  action: (folder: string, remount: (options: string) => void) => Promise<void>,
): Promise<void> {
  const folder = join(parent, 'disk');
  mkdirSync(folder);
  mount(['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  try {
    await action(folder, (mode) => mount(['-o', `remount,${mode}`, folder]));
  } finally {
    // Lazily: a process that is being ended may still have a file open.
    spawnSync('umount', ['-l', folder]);
  }
}

function mount(mountArguments: string[]): void {
  const { status, stderr } = spawnSync('mount', mountArguments, { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`mount: ${stderr}`);
  }
}
