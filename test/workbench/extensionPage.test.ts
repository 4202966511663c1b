// The page of the extension, as VS Code shows it to whoever installed the package.
import { rmSync } from 'node:fs';
import type { Frame } from 'playwright-core';
import { afterAll, expect, inject, test } from 'vitest';
import { createTemporaryFolder } from './temporaryFolder';
import { useWorkbench } from './useWorkbench';

const workspaceFolder = createTemporaryFolder();
const cacheFolder = createTemporaryFolder();
const workbench = useWorkbench(() => ({
  extensionFolder: inject('extensionFolder'),
  workspaceFolder,
  environment: { SOTTO_CACHE: cacheFolder },
}));

afterAll(() => {
  rmSync(workspaceFolder, { recursive: true });
  rmSync(cacheFolder, { recursive: true, force: true, maxRetries: 5 });
});

test('the README stands there whole, with no picture that cannot be shown', async () => {
  await workbench().runCommand('Extensions: Show Installed Extensions');
  await workbench().page.locator('.extension-list-item', { hasText: 'Sotto' }).first().click();
  await expect
    .poll(() => readPage())
    .toEqual({ headings: expect.arrayContaining(['Sotto', 'Settings']) as string[], brokenPictureCount: 0 });
  await workbench().screenshot('extension-page');
});

interface PageContent {
  readonly headings: readonly string[];
  readonly brokenPictureCount: number;
}

/** What the page's web view shows; undefined while there is none. */
async function readPage(): Promise<PageContent | undefined> {
  const pages = await Promise.all(workbench().page.frames().map(readFrame));
  return pages.find(({ headings }) => headings.length > 0);
}

async function readFrame(frame: Frame): Promise<PageContent> {
  const script = `(() => {
    const headings = [...document.querySelectorAll('body.vscode-body h1, body.vscode-body h2')];
    const broken = [...document.images].filter((image) => image.complete && image.naturalWidth === 0);
    return { headings: headings.map((heading) => heading.textContent), brokenPictureCount: broken.length };
  })()`;
  // A frame that is just being replaced has nothing to read.
  return frame.evaluate<PageContent>(script).catch(() => ({ headings: [], brokenPictureCount: 0 }));
}
