// `npm run bench:NAME`: sets up, installs what the benchmark compares with, then runs bench/NAME.ts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, setUp } from './setup.mjs';

const [name, ...benchArguments] = process.argv.slice(2);
setUp();
if (name === 'speed' && !existsSync(join(root, 'bench', 'peers', 'node_modules'))) {
  console.error('Installing what the benchmark compares with …');
  // Not `ci`: it refuses a lock file without the builds for other platforms, all optional.
  run('npm', [
    'install',
    '--no-save',
    '--prefix',
    'bench/peers',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
}
run(process.execPath, ['--import', 'tsx', join('bench', `${name}.ts`), ...benchArguments]);
