import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface CommandLineResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line from the sources, as a user whose model (`tiny.gguf`) and cache are in `home`. */
export function runCommandLine(
  words: readonly string[],
  { home, cwd }: { readonly home: string; readonly cwd?: string },
): Promise<CommandLineResult> {
  return new Promise((done) => {
    const tsx = join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs');
    const child = execFile(
      process.execPath,
      ['--import', tsx, join(root, 'src', 'cli', 'main.ts'), ...words],
      {
        cwd,
        env: {
          ...process.env,
          SOTTO_MODEL: join(home, 'tiny.gguf'),
          SOTTO_CACHE: join(home, 'cache'),
          FORCE_COLOR: undefined,
        },
      },
      (_error, stdout, stderr) => done({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
