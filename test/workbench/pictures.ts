// `npm run pictures`: takes the README's pictures anew, of the real workbench with the default model's real output.
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { locateCache } from '../../src/model/cache';
import { bodyColumn, endOfLastHead, sampleFiles } from './sampleFiles';
import { modelIsReady } from './sotto';
import { createTemporaryFolder } from './temporaryFolder';
import { useWorkbench } from './useWorkbench';

const mediaFolder = resolve(import.meta.dirname, '../../media');
const answerTimeoutMs = 120_000;
/** A README is loaded as a whole. */
const maxPictureBytes = 120_000;
/** Around what is shown, in CSS pixels. */
const marginPixels = 12;

const files = {
  'extremes.ts': sampleFiles['extremes.ts'],
  'average.py': `def moving_average(values, width):
    window = []
    for value in values:
        window.append(value)
        if len(window) > width:
            window.pop(0)
        yield sum(window) / len(window)
`,
  'transfer.py': `def transfer(source: Account, target: Account, amount: int) -> int:
    if amount <= 0:
        raise ValueError("the amount must be positive")
    source.withdraw(amount)
    target.deposit(amount)
    return source.balance
`,
  'mean.py': `def mean(values):
    total = 0
    for value in values:
        total += values
    return total / len(values)
`,
};
const workspaceFolder = createTemporaryFolder(files);

const workbench = useWorkbench(() => ({
  extensionFolder: inject('extensionFolder'),
  workspaceFolder,
  settings: {
    'workbench.colorTheme': 'Default Dark Modern',
    'workbench.activityBar.location': 'hidden',
    'workbench.sideBar.location': 'right',
    'breadcrumbs.enabled': false,
    'comments.openView': 'never',
    'editor.cursorBlinking': 'solid',
    'editor.lightbulb.enabled': 'off',
    'editor.minimap.enabled': false,
    'editor.occurrencesHighlight': 'off',
    'editor.scrollbar.vertical': 'hidden',
    'editor.stickyScroll.enabled': false,
    // A function without its body yet would be underlined.
    'typescript.validate.enable': false,
    'sotto.bugs.check': 'automatic',
    // A slow machine must not turn a suggestion into none.
    'sotto.completion.deadlineMs': 10_000,
  },
  environment: { SOTTO_CACHE: locateCache(process.env).folder },
  window: { width: 760, height: 700, pixelRatio: 1.5 },
}));

afterAll(() => rmSync(workspaceFolder, { recursive: true }));

test('ghost-text.png', async () => {
  await workbench().openFile('extremes.ts', endOfLastHead('extremes.ts'));
  await workbench().runCommand('View: Close Primary Side Bar');
  await modelIsReady(workbench());
  await workbench().beginLine(bodyColumn('extremes.ts'));
  await expect.poll(() => workbench().ghostText(), { timeout: answerTimeoutMs }).not.toBe('');
  await take('ghost-text');
});

test('explanation.png', async () => {
  await workbench().openFile('average.py', { line: 1, column: 10 });
  await workbench().runCommand('Sotto: Explain');
  await workbench()
    .page.locator('.review-widget [aria-label="Copy Explanation"]')
    .waitFor({ timeout: answerTimeoutMs });
  await take('explanation');
  await workbench().runCommand('Sotto: Close Explanation');
});

test('documentation.png', async () => {
  await workbench().openFile('transfer.py', { line: 1, column: 8 });
  await workbench().runCommand('Sotto: Document');
  await expect.poll(() => workbench().editorText(), { timeout: answerTimeoutMs }).toMatch(/Raises:/);
  await take('documentation');
});

test('bug-hover.png', async () => {
  await workbench().openFile('mean.py', { line: 2, column: 14 });
  await workbench().type('.0');
  await expect.poll(() => workbench().squiggles(), { timeout: answerTimeoutMs }).toHaveLength(1);
  await workbench().placeCursor({ line: 4, column: 18 });
  await workbench().hover();
  // The links come from another provider than the text.
  await workbench().page.locator('.monaco-hover a', { hasText: 'Not a bug here' }).first().waitFor();
  await take('bug-hover');
});

/** Writes media/NAME.png: the editor with its tab, down to the last of what it shows. */
async function take(name: string): Promise<void> {
  const { page } = workbench();
  const editor = await page.locator('.editor-group-container.active').boundingBox();
  const shown = await Promise.all(
    ['.view-lines > .view-line', '.suggest-preview-text .view-line', '.review-widget', '.monaco-hover']
      .map((selector) => page.locator(`.editor-instance ${selector}`).filter({ visible: true }).all())
      .map(async (elements) => Promise.all((await elements).map((element) => element.boundingBox()))),
  );
  const bottom = Math.max(...shown.flat().map((box) => (box === null ? 0 : box.y + box.height)));
  if (editor === null) {
    throw new Error('No editor is open.');
  }
  const clip = { ...editor, height: bottom - editor.y + marginPixels };
  const path = join(mediaFolder, `${name}.png`);
  writeFileSync(path, await page.screenshot({ clip }));
  // Each picture shows one tab.
  await workbench().runCommand('View: Revert and Close Editor');
  expect(statSync(path).size).toBeLessThan(maxPictureBytes);
}
