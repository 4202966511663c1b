// `npm test`: sets up, then typecheck, lint and tests, ending with the plain line "N passed, N failed".
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run, setUp } from './setup.mjs';
import { prepareWorkbench, workbenchConfig } from './workbench.mjs';

setUp();
// Golden tests need the default model; fetching it is the first thing a user's machine does, too.
run(process.execPath, [join('dist', 'cli.mjs'), 'model', 'fetch', 'qwen2.5-coder-0.5b']);
// A model that is opened for the first time is measured: by one process, and not by the tests side by side. What it
// completes does not matter here.
spawnSync(process.execPath, [join('dist', 'cli.mjs'), 'complete', join('examples', 'debounce.ts:8:5')], {
  cwd: root,
});
run('npm', ['run', '--silent', 'typecheck']);
run('npm', ['run', '--silent', 'lint']);

// The unit tests, too, use what it installs: the browser's software adapter for WebGPU.
const workbench = prepareWorkbench();
const counts = runTests('vitest.config.ts');
if (workbench === 'ready') {
  const others = runTests(workbenchConfig);
  for (const key of Object.keys(counts)) {
    counts[key] += others[key];
  }
} else if (workbench === 'failed') {
  counts.failed += 1;
}
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed > 0 ? 1 : 0;

/** Runs Vitest and counts how its tests ended. A run that broke outside of a test counts as one failure. */
function runTests(config) {
  const report = join(tmpdir(), `sotto-tests-${process.pid}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync(
    process.execPath,
    [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', config, ...reporters],
    { cwd: root, stdio: 'inherit' },
  );
  if (!existsSync(report)) {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(report);
  const isBroken = status !== 0 && numFailedTests === 0;
  return { passed: numPassedTests, failed: numFailedTests + (isBroken ? 1 : 0), skipped: numPendingTests };
}
