import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/workbench/**'],
    globalSetup: 'scripts/buildForTests.mjs',
    testTimeout: 120_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 20_000 } },
    // Two cores, and every engine test brings its own ONNX Runtime threads.
    maxWorkers: 2,
    // The engine loads a native library, which must not be shared between worker threads.
    pool: 'forks',
  },
});
