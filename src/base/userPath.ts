import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { UserError } from './errors';

/**
 * A path that a user wrote into the settings, as an absolute one: `~` in front is the home folder. Throws a `UserError`
 * (`bad-argument`) for a relative one, which would be looked up wherever the server happens to run.
 */
export function resolveUserPath(path: string): string {
  const fromHome = /^~(?:[/\\]|$)/.test(path) ? join(homedir(), path.slice(1)) : path;
  if (!isAbsolute(fromHome)) {
    throw new UserError(
      'bad-argument',
      `The path ${path} in the settings is relative, and nothing says to which folder.`,
      'Write it from the root of the disk, or from your home folder: ~/…',
    );
  }
  return fromHome;
}
