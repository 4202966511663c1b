// Explain and document as users meet them, with the default model.
import { rmSync } from 'node:fs';
import { afterAll, expect, inject, test } from 'vitest';
import { locateCache } from '../../src/model/cache';
import { createTemporaryFolder } from './temporaryFolder';
import { useWorkbench } from './useWorkbench';

const files = {
  'area.py':
    'import math\n\n\ndef area(radius: float, scale: float = 1.0) -> float:\n    return math.pi * radius**2 * scale\n',
  'debounce.ts':
    'export function debounce(run: () => void, delayMs: number): () => void {\n' +
    '  let timer: NodeJS.Timeout | undefined;\n' +
    '  return () => {\n' +
    '    clearTimeout(timer);\n' +
    '    timer = setTimeout(run, delayMs);\n' +
    '  };\n' +
    '}\n',
  'repeat.ts':
    'export function repeatText(text: string, count: number): string {\n' +
    "  let result = '';\n" +
    '  for (let index = 0; index < count; index += 1) {\n' +
    '    result += text;\n' +
    '  }\n' +
    '  return result;\n' +
    '}\n',
  'shapes.py': 'def square(side):\n    return side**2\n\n\ndef circle(radius):\n    return 3 * radius**2\n',
  'volumes.py': 'def cube(side):\n    return side**3\n\n\ndef ball(radius):\n    return 4 * radius**3\n',
  'Counter.java':
    'class Counter {\n' +
    '    private int count;\n\n' +
    '    @Deprecated\n' +
    '    int add(int amount) {\n' +
    '        if (amount < 0) {\n' +
    '            throw new IllegalArgumentException("negative");\n' +
    '        }\n' +
    '        count += amount;\n' +
    '        return count;\n' +
    '    }\n' +
    '}\n',
};
const workspaceFolder = createTemporaryFolder(files);
const answerTimeoutMs = 120_000;

const workbench = useWorkbench(() => ({
  extensionFolder: inject('extensionFolder'),
  workspaceFolder,
  settings: { 'comments.openView': 'never' }, // The panel would take half of the room.
  environment: { SOTTO_CACHE: locateCache(process.env).folder },
}));

afterAll(() => rmSync(workspaceFolder, { recursive: true }));

test('an explanation streams into a thread at the code, and a question continues it', async () => {
  await workbench().openFile('debounce.ts', { line: 3, column: 3 });
  await runWhenStarted('Sotto: Explain');
  const lengths = new Set<number>();
  await expect
    .poll(
      async () => {
        lengths.add((await answer()).length);
        return isDone();
      },
      { timeout: answerTimeoutMs },
    )
    .toBe(true);
  expect(lengths.size).toBeGreaterThan(3);
  expect(await answer()).toMatch(/debounce|delay|timer/i);
  await workbench().screenshot('explanation');

  await workbench().page.locator('.review-widget .comment-form .monaco-editor').first().click();
  await workbench().type('What does clearTimeout do here?', 20);
  await workbench().screenshot('explanation-question');
  await workbench().page.locator('.review-widget .form-actions .monaco-button').first().click();
  await expect.poll(() => commentCount()).toBe(3);
  await expect.poll(() => answer(), { timeout: answerTimeoutMs }).toMatch(/time/i);
  await expect.poll(() => isDone(), { timeout: answerTimeoutMs }).toBe(true);
  await workbench().screenshot('explanation-answer');
  await workbench().runCommand('Sotto: Close Explanation');
  await expect.poll(() => workbench().commentThreads()).toEqual([]);
});

test('an explanation is stopped by keyboard, its end is announced, and a question goes on from there', async () => {
  await workbench().openFile('Counter.java', { line: 5, column: 10 });
  await workbench().runCommand('Sotto: Explain');
  await expect.poll(() => answer(), { timeout: answerTimeoutMs }).toMatch(/^(?!Reading)\w+ \w/);
  await workbench().runCommand('Sotto: Stop Explaining');
  await expect.poll(() => answer()).toMatch(/^(?!Reading)\w+ \w[^]*Stopped\.$/);
  await expect.poll(() => isDone()).toBe(true);
  expect(await announcement()).toEqual({ text: 'Sotto: answer stopped', role: 'status' });
  await workbench().screenshot('explanation-stopped');

  await workbench().runCommand('Sotto: Ask About the Explanation');
  // The palette's own box is there before it.
  await workbench()
    .page.locator('.quick-input-message', { hasText: 'A question about the explained code' })
    .waitFor();
  await workbench().type('What is thrown for a negative amount?', 20);
  await workbench().press('Enter');
  await expect.poll(() => commentCount()).toBe(3);
  await expect
    .poll(() => announcement(), { timeout: answerTimeoutMs })
    .toMatchObject({ text: 'Sotto: answer complete' });
  await expect.poll(() => isDone()).toBe(true);
  expect(await answer()).toMatch(/IllegalArgument|negative|exception/i);
  await workbench().screenshot('explanation-question-after-stop');
  await workbench().runCommand('Sotto: Close Explanation');
});

test('an explanation that is asked for again after an edit above is one of the same code', async () => {
  await workbench().openFile('volumes.py', { line: 5, column: 6 });
  await runWhenStarted('Sotto: Explain');
  await expect.poll(() => isDone(), { timeout: answerTimeoutMs }).toBe(true);
  // The other function now stands on the lines of the explained one.
  await workbench().placeCursor({ line: 1, column: 1 });
  for (let line = 0; line < 4; line += 1) {
    await workbench().press('Enter');
  }
  await workbench().runCommand('Sotto: Explain Again');
  await expect.poll(() => isDone()).toBe(false);
  await expect.poll(() => isDone(), { timeout: answerTimeoutMs }).toBe(true);
  await workbench().runCommand('Sotto: Show What the Model Saw');
  await expect.poll(() => workbench().editorText()).toMatch(/# Question[^]*def ball/);
  expect(await workbench().editorText()).not.toContain('def cube');
  await workbench().press('Control+F4');
  await workbench().openFile('volumes.py');
  await workbench().runCommand('Sotto: Close Explanation');
});

test.each([
  ['area.py', { line: 5, column: 5 }, /"""[^]*Args:\n {8}radius[^]*scale[^]*Returns:/],
  ['repeat.ts', { line: 1, column: 20 }, /^\/\*\*\n[^]*@param text[^]*@param count[^]*@returns/],
  [
    'Counter.java',
    { line: 5, column: 10 },
    / {4}\/\*\*\n[^]*@param amount[^]*@return [^]*@throws IllegalArg[^]*@Deprecated/,
  ],
] as const)('%s is documented, and one undo takes it back', async (file, position, comment) => {
  await workbench().openFile(file, position);
  await workbench().runCommand('Sotto: Document');
  await expect.poll(() => workbench().editorText(), { timeout: answerTimeoutMs }).toMatch(comment);
  await workbench().screenshot(`documented-${file}`);
  await workbench().press('Control+Z');
  await expect.poll(async () => `${(await workbench().editorText()).trimEnd()}\n`).toBe(files[file]);
});

// Before "Document File" has run: the palette would list that first for "Document".
test('at a place outside all functions the module is documented', async () => {
  await workbench().openFile('area.py', { line: 1, column: 3 });
  await workbench().runCommand('Sotto: Document');
  await expect
    .poll(() => workbench().editorText(), { timeout: answerTimeoutMs })
    .toMatch(/^"""\w[^]*"""\n\nimport math\n/);
  await workbench().screenshot('documented-module');
  await workbench().press('Control+Z');
  await expect.poll(async () => `${(await workbench().editorText()).trimEnd()}\n`).toBe(files['area.py']);
});

test('the comments of a whole file can be previewed, or inserted, and one undo takes them back', async () => {
  await workbench().openFile('shapes.py');
  await workbench().runCommand('Sotto: Document File');
  await expect
    .poll(() => workbench().notifications(), { timeout: answerTimeoutMs })
    .toEqual([{ message: '2 comments are written.', buttons: ['Insert', 'Preview'] }]);
  await workbench().screenshot('document-file');
  await workbench().pressNotificationButton('Preview');
  const discard = workbench().page.locator('.monaco-button', { hasText: 'Discard' });
  await discard.waitFor();
  await workbench().screenshot('document-file-preview');
  await discard.click();
  await discard.waitFor({ state: 'hidden' });
  expect(await workbench().savedText('shapes.py')).toBe(files['shapes.py']);
  expect(await workbench().notifications()).toEqual([]);

  await workbench().openFile('shapes.py');
  await workbench().runCommand('Sotto: Document File');
  await expect.poll(() => workbench().notifications(), { timeout: answerTimeoutMs }).toHaveLength(1);
  await expect
    .poll(async () => (await workbench().notifications())[0]?.buttons, { timeout: answerTimeoutMs })
    .toContain('Insert');
  await workbench().pressNotificationButton('Insert');
  await expect.poll(() => workbench().editorText()).toMatch(/side[^]*Returns:[^]*radius[^]*Returns:/);
  await workbench().press('Control+Z');
  await expect.poll(async () => `${(await workbench().editorText()).trimEnd()}\n`).toBe(files['shapes.py']);
});

test('three quotes below a function bring its comment as ghost text', async () => {
  await workbench().openFile('shapes.py', { line: 1, column: 18 });
  await workbench().beginLine(5);
  await workbench().type('"""');
  await expect
    .poll(() => workbench().ghostText(), { timeout: answerTimeoutMs })
    .toMatch(/\w[^]*Args:\n[^]*side/);
  await workbench().screenshot('ghost-comment');
  await workbench().press('Tab');
  await expect
    .poll(() => workbench().editorText())
    .toMatch(/^def square\(side\):\n {4}"""\w[^]*side[^]*"""\n {4}return/);
});

test('three quotes at the top of a file bring the comment on the file', async () => {
  await workbench().openFile('area.py', { line: 1, column: 1 });
  await workbench().press('Enter');
  await workbench().press('ArrowUp');
  await workbench().type('"""');
  await expect.poll(() => workbench().ghostText(), { timeout: answerTimeoutMs }).toMatch(/\w \w[^]*\./);
  await workbench().screenshot('ghost-file-comment');
  await workbench().press('Tab');
  await expect.poll(() => workbench().editorText()).toMatch(/^"""\w[^]*\."""\n\nimport math\n/);
});

test('where VS Code offers its own empty comment first, Escape shows the comment', async () => {
  await workbench().openFile('repeat.ts', { line: 1, column: 1 });
  await workbench().press('Enter');
  await workbench().press('ArrowUp');
  await workbench().type('/**');
  const item = workbench().page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'JSDoc' });
  await item.waitFor({ timeout: answerTimeoutMs });
  await workbench().screenshot('jsdoc-item');
  await workbench().press('Escape');
  await expect
    .poll(() => workbench().ghostText(), { timeout: answerTimeoutMs })
    .toMatch(/@param text[^]*@param count[^]*@returns/);
  await workbench().screenshot('jsdoc-ghost-comment');
});

test('the menu calls languages by their names', async () => {
  await workbench().runCommand('Sotto: Show Menu');
  await workbench()
    .page.locator('.quick-input-list .monaco-list-row', { hasText: 'Pause for TypeScript' })
    .waitFor();
  await workbench().screenshot('menu');
  await workbench().press('Escape');
});

test('the buttons of the walkthrough work on an example beside it', async () => {
  const { page } = workbench();
  await runWhenStarted('Sotto: Open the Walkthrough');
  const step = page.locator('.getting-started-step', { hasText: 'Write documentation comments' });
  await step.click();
  await step.locator('a', { hasText: 'an example' }).click();
  await expect.poll(() => workbench().editorText()).toContain('def clamp(value, low, high):');
  await step.locator('.monaco-button', { hasText: 'Document' }).click();
  await page.locator('.view-line', { hasText: 'Args:' }).waitFor({ timeout: answerTimeoutMs });
  await workbench().screenshot('walkthrough-example');
});

/** What the status bar says of the answer, as a live region for screen readers. */
async function announcement(): Promise<{ text: string; role: string | null }> {
  const label = workbench().page.locator('[id="sotto.sotto.sotto.answer"] .statusbar-item-label');
  return { text: (await label.innerText()).trim(), role: await label.getAttribute('role') };
}

async function commentCount(): Promise<number> {
  return (await workbench().commentThreads()).length;
}

/** The last comment of the open thread. */
async function answer(): Promise<string> {
  return (await workbench().commentThreads()).at(-1) ?? '';
}

/** The button to stop gives way to those for a finished text. */
async function isDone(): Promise<boolean> {
  const copy = workbench().page.locator('.review-widget [aria-label="Copy Explanation"]');
  return (await copy.count()) > 0;
}

/** The server needs a moment after the workbench; its status item is there before. */
async function runWhenStarted(title: string): Promise<void> {
  await expect
    .poll(
      async () => (await workbench().statusItems()).find(({ id }) => id.startsWith('sotto.'))?.label ?? '',
      {
        timeout: answerTimeoutMs,
      },
    )
    .toMatch(/Ready|Unloaded|on disk|sleep/i);
  await workbench().runCommand(title);
}
