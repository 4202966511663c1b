// The extension as it ships on a machine that has no model yet.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { serverProcesses, statusItem } from './sotto';
import { createTemporaryFolder } from './temporaryFolder';
import { useWorkbench } from './useWorkbench';

const workspaceFolder = createTemporaryFolder({ 'empty.ts': '' });
const offer = {
  message: expect.stringMatching(
    /Qwen2\.5-Coder 0\.5B Instruct \(491 MB, Apache-2\.0, from Hugging Face/,
  ) as string,
  buttons: ['Download 491 MB'],
};

afterAll(() => rmSync(workspaceFolder, { recursive: true }));

describe('whoever wants the model', () => {
  const cacheFolder = createTemporaryFolder();
  const workbench = useWorkbench(() => ({
    extensionFolder: inject('extensionFolder'),
    workspaceFolder,
    environment: { SOTTO_CACHE: cacheFolder },
  }));
  afterAll(() => rmSync(cacheFolder, { recursive: true, force: true, maxRetries: 5 }));

  test('is told what it is, downloads it with one button and can cancel', async () => {
    await workbench().openFile('empty.ts');
    await expect.poll(() => workbench().notifications()).toEqual([offer]);
    expect(await statusItem(workbench())).toMatchObject({ text: 'Sotto: no model' });
    expect(readdirSync(cacheFolder, { recursive: true })).not.toContainEqual(
      expect.stringContaining('.gguf'),
    );
    await workbench().screenshot('first-run-offer');

    await workbench().pressNotificationButton('Download 491 MB');
    await expect
      .poll(() => workbench().notifications(), { timeout: 60_000 })
      .toMatchObject([
        { message: expect.stringMatching(/downloading qwen2\.5-coder-0\.5b: [\d.]+ MB of 491 MB/) as string },
      ]);
    await workbench().screenshot('first-run-download');

    await workbench().pressNotificationButton('Cancel');
    await expect.poll(async () => (await statusItem(workbench()))?.text).toBe('Sotto: no model');
    await expect.poll(() => workbench().notifications()).toEqual([]);
    await expect
      .poll(() =>
        workbench()
          .processes()
          .filter(({ command }) => / pip /.test(command)),
      )
      .toEqual([]);
    expect(readdirSync(join(cacheFolder, 'models'))).not.toContain('qwen2.5-coder-0.5b-instruct-q4_k_m.gguf');
  });
});

describe('whoever does not want it now', () => {
  const cacheFolder = createTemporaryFolder();
  const workbench = useWorkbench(() => ({
    extensionFolder: inject('extensionFolder'),
    workspaceFolder,
    environment: { SOTTO_CACHE: cacheFolder },
  }));
  afterAll(() => rmSync(cacheFolder, { recursive: true, force: true, maxRetries: 5 }));

  test('is not asked again, not even after a restart', async () => {
    await workbench().openFile('empty.ts');
    await expect.poll(() => workbench().notifications()).toEqual([offer]);
    await workbench().page.locator('.notification-toast').hover();
    await workbench().page.locator('.notification-toast .codicon-notifications-clear').click();
    await expect.poll(() => workbench().notifications()).toEqual([]);

    const [before] = serverProcesses(workbench());
    await workbench().runCommand('Sotto: Restart');
    await expect.poll(() => serverProcesses(workbench()).map(({ pid }) => pid)).not.toContain(before?.pid);
    await expect.poll(async () => (await statusItem(workbench()))?.text).toBe('Sotto: no model');
    await workbench().openFile('empty.ts');
    await workbench().type('const one = ');
    await workbench().page.waitForTimeout(1500);
    expect(await workbench().notifications()).toEqual([]);
    expect(await workbench().ghostText()).toBe('');
  });
});
