// `npm test`: sets up, then typecheck, lint and tests, ending with the plain line "N passed, N failed".
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run, setUp } from './setup.mjs';

setUp();
// Golden tests need the default model; fetching it is the first thing a user's machine does, too.
run(process.execPath, [join('dist', 'cli.mjs'), 'model', 'fetch', 'qwen2.5-coder-0.5b']);
run('npm', ['run', '--silent', 'typecheck']);
run('npm', ['run', '--silent', 'lint']);

const report = join(tmpdir(), `sotto-tests-${process.pid}.json`);
const vitest = spawnSync(
  process.execPath,
  [
    join('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ],
  { cwd: root, stdio: 'inherit' },
);
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
process.exit(vitest.status ?? 1);
