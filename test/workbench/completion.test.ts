// The extension as it ships with the default model, as a user meets it.
import { rmSync } from 'node:fs';
import { afterAll, beforeEach, expect, inject, test } from 'vitest';
import { locateCache } from '../../src/model/cache';
import { bodyColumn, endOfLastHead, sampleFiles, type SampleFile } from './sampleFiles';
import { ghostTextsForAWhile, modelIsReady, serverProcesses, statusItem } from './sotto';
import { createTemporaryFolder } from './temporaryFolder';
import { useWorkbench } from './useWorkbench';

const smallestBody = `let result = Infinity;
  for (const number of numbers) {
    if (number < result) {
      result = number;
    }
  }
  return result;`;

const suggestionTimeoutMs = 120_000;
/** A slow machine must not turn a suggestion into none. */
const settings = { 'sotto.completion.deadlineMs': 10_000 };

const workspaceFolder = createTemporaryFolder(sampleFiles);
const workbench = useWorkbench(() => ({
  extensionFolder: inject('extensionFolder'),
  workspaceFolder,
  settings,
  environment: { SOTTO_CACHE: locateCache(process.env).folder },
}));

beforeEach(async () => {
  // A test that failed may have left others behind.
  await workbench().writeSettings(settings);
  await workbench().openFile('parity.ts');
  await modelIsReady(workbench());
});

afterAll(() => rmSync(workspaceFolder, { recursive: true }));

test('the status item tells of the model that is ready, and a click on it opens the menu', async () => {
  expect(await statusItem(workbench())).toMatchObject({ text: 'Sotto' });
  await workbench().page.locator('[id="sotto.sotto.sotto.status"] a').click();
  await expect.poll(() => menuItems()).toContain('Pause everywhere');
  await workbench().screenshot('status-menu');
  await workbench().press('Escape');
});

test('a suggestion appears while typing, and Tab accepts it', async () => {
  await openBody('parity.ts');
  await workbench().type('return ');
  await ghostTextBecomes('value % 2 !== 0;');
  await workbench().screenshot('single-line');
  await workbench().press('Tab');
  await expect.poll(() => workbench().editorText()).toContain('boolean {\n  return value % 2 !== 0;\n}\n');
  expect(await workbench().ghostText()).toBe('');
});

test('one word of a suggestion is accepted, and the rest stays', async () => {
  await openBody('circle.py');
  await workbench().type('return ');
  await ghostTextBecomes('2 * math.pi * self.radius');
  await workbench().press('Control+ArrowRight');
  await ghostTextBecomes(' * math.pi * self.radius');
  expect(await workbench().editorText()).toContain('        return 2');
});

test('typing what is suggested keeps the rest of it', async () => {
  await openBody('rectangle.py');
  await workbench().type('return ');
  await ghostTextBecomes('2 * (self.width + self.height)');
  await workbench().type('2 * (self.w');
  // VS Code closed the bracket when it was typed.
  await ghostTextBecomes('idth + self.height');
});

test('Alt+] shows what else could stand there, Alt+[ the first again, and what is shown is accepted', async () => {
  await openBody('edges.ts');
  await workbench().type('return ');
  await ghostTextBecomes('values[values.length - 1];');
  await workbench().press('Alt+]');
  let second = '';
  const look = async () => (second = await workbench().ghostText());
  await expect.poll(look, { timeout: suggestionTimeoutMs }).toMatch(/^(?!values\[values\.length - 1\];$)./);
  await workbench().press('Alt+[');
  await ghostTextBecomes('values[values.length - 1];');
  await workbench().press('Alt+]');
  await ghostTextBecomes(second);
  await workbench().screenshot('alternative');
  await workbench().press('Tab');
  await expect.poll(() => workbench().editorText()).toContain(`  return ${second}\n`);
});

test('Escape dismisses a suggestion, which does not come back by itself', async () => {
  await openBody('sums.ts');
  await workbench().type('return ');
  await ghostTextBecomes('first - second;');
  await workbench().press('Escape');
  await ghostTextBecomes('');
  expect(await ghostTextsForAWhile(workbench())).toEqual(['']);
});

test('a suggestion that was not ready in time appears when it is', async () => {
  await workbench().writeSettings({ ...settings, 'sotto.completion.deadlineMs': 100 });
  await openBody('products.ts');
  await workbench().type('return ');
  await ghostTextBecomes('first / second;');
});

test('whoever types fast and against the suggestion sees only what fits the text', async () => {
  await openBody('emptiness.ts');
  await workbench().type('return ');
  await expect.poll(() => workbench().ghostText(), { timeout: suggestionTimeoutMs }).toMatch(/^text\./);
  await workbench().type('!isE', 15);
  const shown = new Set<string>();
  const look = async () => {
    const text = await workbench().ghostText();
    shown.add(text);
    return text;
  };
  await expect.poll(look, { timeout: suggestionTimeoutMs }).toBe('mpty(text);');
  (await ghostTextsForAWhile(workbench())).forEach((text) => shown.add(text));
  shown.delete('');
  expect([...shown]).toEqual(['mpty(text);']);
});

test('an empty function body gets several lines', async () => {
  await openBody('extremes.ts');
  await ghostTextBecomes(smallestBody);
  await workbench().screenshot('multi-line');
  await workbench().press('Tab');
  await expect.poll(() => workbench().editorText()).toContain(`number {\n  ${smallestBody}\n}\n`);
});

test('a changed setting applies at once', async () => {
  await workbench().writeSettings({ ...settings, 'sotto.completion.multiLine': 'never' });
  await openBody('words.ts');
  await ghostTextBecomes('let result = words[0];');

  await workbench().writeSettings({ ...settings, 'sotto.languages': { typescript: false } });
  await expect
    .poll(async () => (await statusItem(workbench()))?.label)
    .toContain('Suggestions are off in this language');
  await workbench().type('let');
  // What was suggested before is typed through.
  await ghostTextBecomes('');
  expect(await ghostTextsForAWhile(workbench())).toEqual(['']);
});

test('while paused nothing appears by itself, and a suggestion that is asked for does', async () => {
  await workbench().runCommand('Sotto: Pause Everywhere');
  await openBody('sign.ts');
  await workbench().type('return ');
  expect(await ghostTextsForAWhile(workbench())).toEqual(['']);
  await workbench().runCommand('Trigger Inline Suggestion');
  await ghostTextBecomes('value < 0;');
  await workbench().runCommand('Sotto: Resume');
});

test('"Why no suggestion?" shows what became of the requests', async () => {
  await workbench().runCommand('Sotto: Why No Suggestion?');
  await expect.poll(() => workbench().editorText()).toContain('model: qwen2.5-coder-0.5b is ready on CPU');
  const page = await workbench().editorText();
  expect(page).toMatch(/^\d\d:\d\d:\d\d {2}shown .* sign\.ts:6:10 \(typescript, manual\)/m);
  expect(page).toMatch(/^\d\d:\d\d:\d\d {2}none {2}paused .* sign\.ts:6:10 \(typescript, automatic\)/m);
  await workbench().screenshot('why');
});

test('a killed server comes back with suggestions, and no notification tells of it', async () => {
  const [killed] = serverProcesses(workbench());
  expect(killed?.command).toContain('--shared');
  process.kill(killed!.pid, 'SIGKILL');
  await expect
    .poll(() => serverProcesses(workbench()).filter(({ pid }) => pid !== killed!.pid))
    .toHaveLength(1);
  await openBody('order.ts');
  await modelIsReady(workbench());
  await workbench().type('return ');
  await ghostTextBecomes('first < second ? first : second;');
  expect(await workbench().notifications()).toEqual([]);
});

test('Restart replaces the server process', async () => {
  const [old] = serverProcesses(workbench());
  await workbench().runCommand('Sotto: Restart');
  await expect
    .poll(() => serverProcesses(workbench()).map(({ pid }) => pid === old!.pid), { timeout: 10_000 })
    .toEqual([false]);
  await modelIsReady(workbench());
});

test('switched off, no process runs; switched on again, suggestions appear', async () => {
  await workbench().writeSettings({ ...settings, 'sotto.enabled': false });
  // The process stays for a few seconds, in case that a window is only being reloaded.
  await expect.poll(() => serverProcesses(workbench()), { timeout: 20_000 }).toEqual([]);
  await openBody('letters.ts');
  await workbench().type('retur');
  expect(await ghostTextsForAWhile(workbench())).toEqual(['']);
  await workbench().screenshot('disabled');

  await workbench().writeSettings(settings);
  await modelIsReady(workbench());
  await workbench().type('n ');
  await ghostTextBecomes('text.toLowerCase();');
});

async function ghostTextBecomes(expected: string): Promise<void> {
  await expect.poll(() => workbench().ghostText(), { timeout: suggestionTimeoutMs }).toBe(expected);
}

/** Begins the missing body of the last function: the cursor in a new, indented line. */
async function openBody(file: SampleFile): Promise<void> {
  await workbench().openFile(file, endOfLastHead(file));
  await workbench().beginLine(bodyColumn(file));
}

async function menuItems(): Promise<string[]> {
  const texts = await workbench().page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
  return texts.map((text) => text.trim());
}
