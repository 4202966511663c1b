import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startWorkbench, type Workbench, type WorkbenchOptions } from './workbench';

/**
 * One workbench for a test file: started before its first test, disposed after its last. A test that fails leaves a
 * screenshot, FAILED-NAME.png, and prints the logs. Returns a getter, for use inside tests.
 */
export function useWorkbench(options: () => WorkbenchOptions): () => Workbench {
  let workbench: Workbench | undefined;
  const current = () => {
    if (workbench === undefined) {
      throw new Error('The workbench runs only while tests run.');
    }
    return workbench;
  };

  beforeAll(async () => {
    workbench = await startWorkbench(options());
  });
  beforeEach(({ onTestFailed, task }) => {
    onTestFailed(async () => {
      const path = await current().screenshot(`FAILED-${task.name.replaceAll(/\W+/g, '-')}`);
      process.stderr.write(`${current().logs()}\nScreenshot: ${path}\n`);
    });
  });
  afterAll(async () => {
    await workbench?.dispose();
  });
  return current;
}
