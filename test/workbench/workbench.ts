// Drives a real VS Code workbench in a headless browser. Selectors are those of VS Code 1.139; whatever is waited for
// in a test is best waited for with `await expect.poll(() => workbench.ghostText()).toBe('…')`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import {
  readCursor,
  readEditorText,
  readGhostText,
  readNotifications,
  readSquiggles,
  readStatusItems,
} from './dom';
import { readInstallation, startServer, type RunningProcess, type WorkbenchServer } from './serverProcess';
import type { Notification, Position, Squiggle, StatusItem } from './dom';

const startTimeoutMs = 60_000;
const actionTimeoutMs = 20_000;
const screenshotFolder = join(import.meta.dirname, 'screenshots');

export interface WorkbenchOptions {
  readonly extensionFolder: string; // holds package.json and whatever its `main` names, already built
  /** Extensions beside it. */
  readonly otherExtensionFolders?: readonly string[];
  readonly workspaceFolder: string;
  /** User settings besides those that keep the workbench quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** In CSS pixels, and how many real ones a CSS pixel has. */
  readonly window?: { readonly width: number; readonly height: number; readonly pixelRatio: number };
  /** Environment variables for the extension host, such as SOTTO_CACHE. HOME is an empty folder unless given. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What VS Code shows or asks on its own and would stand in a test's way. Everything else stays as users have it. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off', // As on the desktop; in a browser VS Code saves after a second.
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.reduceMotion': 'on', // Otherwise screenshots show notifications that are still fading in.
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/** Starts a server and a browser and resolves once the workbench is restored. Throws with the logs when it is not. */
export async function startWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const server = await startServer(
    [options.extensionFolder, ...(options.otherExtensionFolders ?? [])],
    options.environment ?? {},
  );
  let browser: Browser | undefined;
  try {
    writeSettingsFile(server, { ...quietSettings, ...options.settings });
    browser = await chromium.launch({
      executablePath: readInstallation().browser,
      args: [
        '--no-sandbox', // Chromium refuses to run as root with it.
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const { width, height, pixelRatio } = options.window ?? { width: 1280, height: 800, pixelRatio: 1 };
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: pixelRatio });
    page.setDefaultTimeout(actionTimeoutMs);
    await page.addInitScript(nameUserDataAuthority);
    await page.goto(workbenchUrl(server.port, options.workspaceFolder), { timeout: startTimeoutMs });
    // A mark that VS Code sets once all its parts are restored.
    const isRestored = 'performance.getEntriesByName("code/didStartWorkbench").length > 0';
    await page.waitForFunction(isRestored, null, { timeout: startTimeoutMs });
    return new Workbench(page, server, options.workspaceFolder);
  } catch (error) {
    await browser?.close();
    const logs = server.logs();
    await server.dispose();
    throw new Error(`The workbench did not start.\n${logs}`, { cause: error });
  }
}

export class Workbench {
  /** For what this driver has no word for. */
  readonly page: Page;
  readonly workspaceFolder: string;
  readonly #server: WorkbenchServer;
  #settingsCount = 0;

  constructor(page: Page, server: WorkbenchServer, workspaceFolder: string) {
    this.page = page;
    this.workspaceFolder = workspaceFolder;
    this.#server = server;
  }

  /** Opens a file of the workspace folder and places the cursor. */
  async openFile(path: string, position: Position = { line: 1, column: 1 }): Promise<void> {
    const absolutePath = join(this.workspaceFolder, path);
    const name = basename(path);
    await this.#quickOpen('Control+P', `${absolutePath}:${position.line}:${position.column}`, name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.#cursorIsAt(position);
  }

  /** Places the cursor in the active editor, without the mouse. */
  async placeCursor(position: Position): Promise<void> {
    const row = `line ${position.line} at column ${position.column}`;
    await this.#quickOpen('Control+G', `:${position.line}:${position.column}`, row);
    await this.#cursorIsAt(position);
  }

  /** Types character by character; a new line is the Enter key. 120 ms between keys is a quick, practised typist. */
  async type(text: string, keystrokeMs = 120): Promise<void> {
    await this.page.keyboard.type(text, { delay: keystrokeMs });
  }

  /**
   * Begins a line below the cursor's that is indented up to `column`. VS Code loads a language's rules of indentation
   * some time after it has opened the first file of that language; before that, Enter indents too little.
   */
  async beginLine(column: number): Promise<void> {
    const head = await this.cursor();
    if (head === undefined) {
      throw new Error('A line begins below one cursor, without a selection.');
    }
    const deadline = Date.now() + actionTimeoutMs;
    for (;;) {
      await this.press('Enter');
      await this.page.locator('#status\\.editor\\.selection', { hasText: `Ln ${head.line + 1}, ` }).waitFor();
      const cursor = await this.cursor();
      if (cursor?.column === column) {
        return;
      }
      if (Date.now() > deadline) {
        throw new Error(`Enter begins a line at column ${cursor?.column}, not ${column}.`);
      }
      await this.press('Control+Z');
      await this.#cursorIsAt(head);
    }
  }

  /** Presses a key or a chord in Playwright's spelling: `Tab`, `Escape`, `Control+ArrowRight`. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** Runs a command by its full title in the command palette, category included: `Sotto: Pause`. */
  async runCommand(title: string): Promise<void> {
    await this.#quickOpen('F1', `>${title}`, title);
  }

  /** The suggestion in the active editor, as it stands there: without what is typed already. '' when there is none. */
  ghostText(): Promise<string> {
    return readGhostText(this.page);
  }

  /** The visible lines of the active editor without ghost text: what the document holds, saved or not. */
  editorText(): Promise<string> {
    return readEditorText(this.page);
  }

  /** Saves the active editor and returns the content of the given file of the workspace folder. */
  async savedText(path: string): Promise<string> {
    await this.press('Control+S');
    await this.page.locator('.editor-group-container.active .tab.active:not(.dirty)').waitFor();
    return readFileSync(join(this.workspaceFolder, path), 'utf8');
  }

  /** Where the cursor is, as the status bar says; undefined with a selection or several cursors. */
  cursor(): Promise<Position | undefined> {
    return readCursor(this.page);
  }

  /** The status bar's items, from left to right. */
  statusItems(): Promise<StatusItem[]> {
    return readStatusItems(this.page);
  }

  /** The underlined places in the active editor, from top to bottom. */
  squiggles(): Promise<Squiggle[]> {
    return readSquiggles(this.page);
  }

  /** The notifications on screen, the newest first. */
  notifications(): Promise<Notification[]> {
    return readNotifications(this.page);
  }

  /** Presses a button of a notification on screen. */
  async pressNotificationButton(label: string): Promise<void> {
    await this.page.locator('.notification-toast .monaco-button', { hasText: label }).click();
  }

  /** Shows the hover at the cursor and returns its text; leaves it on screen. */
  async hover(): Promise<string> {
    await this.runCommand('Show or Focus Hover');
    const hover = this.#visible('.monaco-editor .monaco-hover');
    await hover.waitFor();
    return hover.innerText();
  }

  /** The text of every comment that is open in the active editor, from top to bottom. */
  commentThreads(): Promise<string[]> {
    return this.#visible('.editor-group-container.active .review-widget .comment-body').allInnerTexts();
  }

  /**
   * Puts `settings` in place of the user's settings; the quiet ones stay. VS Code reads the file by itself, a bit later,
   * and the title of the window, a setting as well, tells when.
   */
  async writeSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const title = `settings ${(this.#settingsCount += 1)}`;
    writeSettingsFile(this.#server, { ...quietSettings, ...settings, 'window.title': title });
    await this.page.waitForFunction(`document.title === ${JSON.stringify(title)}`);
  }

  /** The server, the extension host and what extensions started. */
  processes(): RunningProcess[] {
    return this.#server.processes();
  }

  /** The logs of the server, the extension host and the extensions. */
  logs(): string {
    return this.#server.logs();
  }

  /** Writes screenshots/NAME.png beside this file and returns its path. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(screenshotFolder, { recursive: true });
    const path = join(screenshotFolder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** Closes the browser and ends the server with all that it started. */
  async dispose(): Promise<void> {
    await this.page.context().browser()?.close();
    await this.#server.dispose();
  }

  /** Types into VS Code's quick input and accepts the first row, once that row shows `expectedRow`. */
  async #quickOpen(key: string, input: string, expectedRow?: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget');
    await this.press(key);
    await widget.waitFor({ state: 'visible' });
    await widget.locator('input[type="text"]').first().fill(input);
    const firstRow = widget.locator('.quick-input-list .monaco-list-row[data-index="0"]');
    await firstRow.filter(expectedRow === undefined ? {} : { hasText: expectedRow }).waitFor();
    await this.press('Enter');
    await widget.waitFor({ state: 'hidden' });
  }

  async #cursorIsAt({ line, column }: Position): Promise<void> {
    await this.page
      .locator('#status\\.editor\\.selection', { hasText: `Ln ${line}, Col ${column}` })
      .waitFor();
  }

  #visible(selector: string): Locator {
    return this.page.locator(selector).filter({ visible: true });
  }
}

function workbenchUrl(port: number, workspaceFolder: string): string {
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  const query = new URLSearchParams({ folder: workspaceFolder, payload: JSON.stringify(payload) });
  return `http://127.0.0.1:${port}/?${query.toString()}`;
}

/**
 * In code-server the workbench names the user's settings by a URI without the server's authority, and so misses that the
 * file changed: the event names it with one. Given as a UNC path, //authority/path, it gets the authority. This runs in
 * the page when its configuration is parsed and the workbench's deferred scripts have not begun.
 */
const nameUserDataAuthority = `
  document.addEventListener('readystatechange', () => {
    const element = document.getElementById('vscode-workbench-web-configuration');
    if (document.readyState !== 'interactive' || element === null) {
      return;
    }
    const configuration = JSON.parse(element.dataset.settings);
    configuration.userDataPath = '//' + location.host + configuration.userDataPath;
    element.dataset.settings = JSON.stringify(configuration);
  });
`;

function writeSettingsFile(server: WorkbenchServer, settings: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(server.userFolder, 'settings.json'), JSON.stringify(settings, null, 2));
}
