// The page of the extension, as VS Code shows it to whoever installed the package.
import { rmSync } from 'node:fs';
import type { Frame } from 'playwright-core';
import { afterAll, expect, inject, test } from 'vitest';
import { statusItem } from './sotto';
import { createTemporaryFolder } from './temporaryFolder';
import { useWorkbench } from './useWorkbench';

const workspaceFolder = createTemporaryFolder();
const cacheFolder = createTemporaryFolder();
const workbench = useWorkbench(() => ({
  extensionFolder: inject('extensionFolder'),
  workspaceFolder,
  environment: { SOTTO_CACHE: cacheFolder },
  // The walkthrough shows its texts beside the steps where there is room.
  window: { width: 1700, height: 900, pixelRatio: 1 },
}));

afterAll(() => {
  rmSync(workspaceFolder, { recursive: true });
  rmSync(cacheFolder, { recursive: true, force: true, maxRetries: 5 });
});

test('the README stands there, with no picture that cannot be shown', async () => {
  await expect.poll(async () => (await statusItem(workbench()))?.text).toBe('Sotto: no model');
  await workbench().runCommand('Extensions: Show Installed Extensions');
  await workbench().page.locator('.extension-list-item', { hasText: 'Sotto' }).first().click();
  await expect.poll(() => picturesUnder('In the editor')).toEqual([]);
  await workbench().screenshot('extension-page');
});

test.each([
  ['Accept, in whole or in part', 'Suggestions'],
  ['Have code explained', 'Have code explained'],
  ['Write documentation comments', 'Write documentation comments'],
])('the step "%s" of the walkthrough shows a picture', async (step, heading) => {
  await workbench().runCommand('Sotto: Open the Walkthrough');
  await workbench().page.locator('.getting-started-step', { hasText: step }).click();
  await expect.poll(() => picturesUnder(heading)).toEqual(['shown']);
  await workbench().screenshot(`walkthrough-${heading}`);
});

/** The pictures of the web view that has a heading; undefined while there is none. */
async function picturesUnder(heading: string): Promise<string[] | undefined> {
  const views = await Promise.all(workbench().page.frames().map(readFrame));
  return views.find(({ headings }) => headings.includes(heading))?.pictures;
}

async function readFrame(frame: Frame): Promise<{ headings: string[]; pictures: string[] }> {
  const script = `(() => {
    const headings = [...document.querySelectorAll('h1, h2')].map((element) => element.textContent.trim());
    const pictures = [...document.images].map(({ naturalWidth }) => (naturalWidth > 0 ? 'shown' : 'missing'));
    return { headings, pictures };
  })()`;
  // A frame that is just being replaced has nothing to read.
  const nothing = { headings: [], pictures: [] };
  return frame.evaluate<{ headings: string[]; pictures: string[] }>(script).catch(() => nothing);
}
