// Bug lines as users meet them, with the default model.
import { rmSync } from 'node:fs';
import { afterAll, beforeEach, expect, inject, test } from 'vitest';
import { locateCache } from '../../src/model/cache';
import { modelIsReady } from './sotto';
import { createTemporaryFolder } from './temporaryFolder';
import { useWorkbench } from './useWorkbench';

const perimeter = `export function perimeter(width: number, height: number): number {
  return 2 * (width + height);
}
`;
const emptyArea = `${perimeter}
export function area(width: number, height: number): number {
  return ;
}
`;
const wrongArea = emptyArea.replace('return ;', 'return width * width;');
const rightArea = emptyArea.replace('return ;', 'return width * height;');
const wrongMean = `def mean(values):
    total = 0
    for value in values:
        total += values
    return total / len(values)
`;

const wrongSum = `export function sum(values: number[]): number {
  let total = 0;
  for (let index = 0; index > values.length; index += 1) {
    total += values[index];
  }
  return total;
}
`;
const wrongLargest = `export function largest(numbers: number[]): number {
  return numbers.reduce((first, second) => (first > second ? first : first));
}
`;

const files = {
  'typed.ts': emptyArea,
  'unread.ts': wrongArea,
  'dismissed.ts': wrongLargest + wrongArea.replace(perimeter, ''),
  'copy.ts': `export function copyItems(source: string[], target: string[]): number {
  let copied = 0;
  for (let index = 0; index < source.length; index += 1) {
    const item = source[copied];
    if (!target.includes(item)) {
      target.push(source);
      copied += 1;
    }
  }
  return copied;
}
`,
  'late.ts': `type Index = string;

${wrongSum.replace('let index', 'let index: Index')}`,
  'mean.py': wrongMean,
  'words.ts': `export function countWords(text: string, shortest: number): number {
  let count = 0;
  for (const word of text.split(' ')) {
    if (word.length >= shortest && word !== word.toUpperCase()) {
      count += 1;
    }
  }
  return count;
}
`,
  'right.ts': rightArea,
  'sum.ts': wrongSum,
  'test/area.test.ts': emptyArea,
};
const workspaceFolder = createTemporaryFolder(files);
const scanTimeoutMs = 120_000;
const settings = {
  'comments.openView': 'never',
  'sotto.bugs.check': 'automatic',
  // Suggestions and quotes would get in the way of what the test types.
  'sotto.completion.automatic': false,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
};

const workbench = useWorkbench(() => ({
  extensionFolder: inject('extensionFolder'),
  workspaceFolder,
  settings,
  environment: { SOTTO_CACHE: locateCache(process.env).folder },
}));

beforeEach(async () => {
  // Nothing that is typed before the server has the document counts as edited.
  await workbench().openFile('right.ts');
  await modelIsReady(workbench());
});

afterAll(() => rmSync(workspaceFolder, { recursive: true }));

test('a slip is underlined when the user rests, and the hover says what was expected and how sure that is', async () => {
  await workbench().openFile('typed.ts', { line: 6, column: 10 });
  await workbench().type('width * width');
  await squigglesBecome([{ severity: 'info', line: 6 }]);
  await workbench().placeCursor({ line: 6, column: 19 });
  await workbench().hover();
  // The links come from another provider than the text.
  await expect.poll(() => hoverText()).toMatch(/Explain \| Not a bug here \| Turn this check off/);
  expect(await hoverText()).toContain('Possible slip: expected `height`, found `width`.');
  expect(await hoverText()).toMatch(/times as likely/);
  await workbench().screenshot('bug-hover');
  await workbench().press('Escape');
});

test('F8 leads to the line, and the quick fix puts the expected text there', async () => {
  await workbench().placeCursor({ line: 1, column: 1 });
  await workbench().press('F8');
  await expect
    .poll(() => workbench().page.locator('.marker-widget').innerText())
    .toContain('expected `height`');
  await workbench().screenshot('bug-next-problem');
  await workbench().press('Escape');
  await runQuickFix('Replace with `height`', 'bug-quick-fixes');
  await expect.poll(async () => `${(await workbench().editorText()).trimEnd()}\n`).toBe(rightArea);
  await squigglesBecome([]);
});

test('a line about which the compiler complains is left to it', async () => {
  await workbench().openFile('copy.ts', { line: 2, column: 18 });
  await workbench().type(' ');
  await squigglesBecome([
    { severity: 'info', line: 4 },
    { severity: 'error', line: 6 },
  ]);
  await workbench().screenshot('bug-beside-error');
});

test('a line is checked when the compiler complains no more of it', async () => {
  await workbench().openFile('late.ts');
  await addSpaces([5]);
  // The check comes after three seconds, and nothing shows what it leaves out.
  await workbench().page.waitForTimeout(6_000);
  const before = await workbench().squiggles();
  expect(before).toContainEqual({ severity: 'error', line: 5 });
  expect(before).not.toContainEqual({ severity: 'info', line: 5 });
  await workbench().placeCursor({ line: 1, column: 14 });
  await workbench().press('Control+Delete');
  await workbench().type('number');
  await squigglesBecome([{ severity: 'info', line: 5 }]);
});

test('"Explain" explains the function around the line and tells the model the alternative', async () => {
  await workbench().openFile('mean.py', { line: 2, column: 14 });
  await workbench().type('.0');
  await squigglesBecome([{ severity: 'info', line: 4 }]);
  await workbench().placeCursor({ line: 4, column: 18 });
  await runQuickFix('Explain');
  await expect
    .poll(() => workbench().page.locator('.review-widget [aria-label="Copy Explanation"]').count(), {
      timeout: scanTimeoutMs,
    })
    .toBeGreaterThan(0);
  expect((await workbench().commentThreads()).join()).toMatch(/mean/);
  await workbench().screenshot('bug-explained');
  await workbench().runCommand('Sotto: Show What the Model Saw');
  // Long lines are wrapped.
  await expect
    .poll(async () => (await workbench().editorText()).replaceAll(/\s+/g, ' '))
    .toContain('line 4 may hold a slip: expected `value`, found `values`');
  await workbench().press('Control+F4');
  await workbench().openFile('mean.py');
  await workbench().runCommand('Sotto: Close Explanation');
});

test('a review reads what nobody edited, and shows the most doubtful line', async () => {
  await workbench().openFile('unread.ts', { line: 6, column: 1 });
  await workbench().runCommand('Sotto: Review Function');
  await expect
    .poll(async () => (await workbench().notifications()).map(({ message }) => message), {
      timeout: scanTimeoutMs,
    })
    .toContain('The most doubtful line in `area` is 6.');
  await squigglesBecome([{ severity: 'info', line: 6 }]);
  await workbench().screenshot('bug-review');
  await workbench().pressNotificationButton('Show');
  await expect.poll(() => workbench().cursor()).toEqual({ line: 6, column: 18 });
  await expect.poll(() => hoverText()).toContain('Doubtful line 1: expected `height`');
  await workbench().screenshot('bug-review-shown');
});

test('where the model expects nothing else, a review names the lines that are likeliest to hold a bug', async () => {
  await workbench().openFile('words.ts', { line: 1, column: 1 });
  await workbench().runCommand('Sotto: Review Function');
  await expect
    .poll(async () => (await workbench().notifications()).map(({ message }) => message), {
      timeout: scanTimeoutMs,
    })
    .toContain('The most doubtful lines in `countWords`, the most doubtful first: 4, 3, 5.');
  await squigglesBecome([3, 4, 5].map((line) => ({ severity: 'info', line })));
  await workbench().pressNotificationButton('Show');
  await expect.poll(() => hoverText()).toContain('Doubtful line 1: the model has nothing likelier for it.');
  await workbench().screenshot('bug-review-risk');
});

test('a dismissed line stays away, also after a reload, where the other one is found again', async () => {
  await workbench().openFile('dismissed.ts');
  await addSpaces([2, 6]);
  await workbench().savedText('dismissed.ts');
  await squigglesBecome([
    { severity: 'info', line: 2 },
    { severity: 'info', line: 6 },
  ]);
  await workbench().placeCursor({ line: 6, column: 19 });
  await runQuickFix('Not a bug here', 'bug-dismiss');
  await squigglesBecome([{ severity: 'info', line: 2 }]);

  // VS Code writes what an extension remembers a moment later.
  await workbench().page.waitForTimeout(2_000);
  await workbench().page.reload();
  await workbench().page.waitForFunction('performance.getEntriesByName("code/didStartWorkbench").length > 0');
  await workbench().openFile('dismissed.ts');
  await modelIsReady(workbench());
  await addSpaces([2, 6]);
  await squigglesBecome([{ severity: 'info', line: 2 }]);
  await workbench().screenshot('bug-dismissed-after-reload');
});

test('right code and tests get no underline, and the check can be turned off where it stands', async () => {
  await workbench().openFile('test/area.test.ts', { line: 6, column: 10 });
  await workbench().type('width * width');
  await workbench().openFile('right.ts', { line: 6, column: 3 });
  await workbench().type(' ');
  // What is edited last is checked last.
  await workbench().openFile('sum.ts');
  await addSpaces([3]);
  await squigglesBecome([{ severity: 'info', line: 3 }]);
  await workbench().openFile('right.ts');
  expect(await workbench().squiggles()).toEqual([]);
  await workbench().openFile('test/area.test.ts');
  expect(await workbench().squiggles()).toEqual([]);

  await workbench().openFile('sum.ts', { line: 3, column: 30 });
  await runQuickFix('Turn this check off');
  await squigglesBecome([]);
});

async function squigglesBecome(expected: Awaited<ReturnType<ReturnType<typeof workbench>['squiggles']>>) {
  await expect.poll(() => workbench().squiggles(), { timeout: scanTimeoutMs }).toEqual(expected);
}

function hoverText(): Promise<string> {
  return workbench().page.locator('.monaco-editor .monaco-hover:visible').innerText();
}

/** At the beginning of each of the lines. */
async function addSpaces(lines: readonly number[]): Promise<void> {
  for (const line of lines) {
    await workbench().placeCursor({ line, column: 1 });
    await workbench().type(' ');
  }
}

async function runQuickFix(title: string, screenshot?: string): Promise<void> {
  // Until VS Code has asked for them, the key finds no fixes and says so in passing.
  await workbench().page.locator('.monaco-editor [class*="lightbulb" i]:visible').first().waitFor();
  const row = workbench().page.locator('.action-widget .monaco-list-row').getByText(title, { exact: true });
  // The lightbulb may still be that of where the cursor was before: then the key goes unheard.
  const isOpen = async () => {
    await workbench().press('Control+.');
    return row.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    );
  };
  await expect.poll(isOpen, { timeout: 20_000 }).toBe(true);
  if (screenshot !== undefined) {
    await workbench().screenshot(screenshot);
  }
  await row.click();
}
