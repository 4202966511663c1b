import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/workbench/**/*.test.ts'],
    globalSetup: 'test/workbench/stagedExtension.ts',
    // Each file holds a browser, a server and an extension host: one at a time.
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 300_000,
    hookTimeout: 180_000,
    // What a test waits for passes through a debounce, an extension host and a browser.
    expect: { poll: { timeout: 20_000, interval: 50 } },
  },
});
