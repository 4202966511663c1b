import { defineConfig } from 'vitest/config';
import workbench from './vitest.config';

/** Of its own, as the pictures are taken on request and not whenever the tests run. */
export default defineConfig({
  ...workbench,
  test: { ...workbench.test, include: ['test/workbench/pictures.ts'] },
});
