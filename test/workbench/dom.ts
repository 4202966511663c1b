// What the workbench shows, read from its DOM. The scripts are text because they run in the page, whose DOM types the
// rest of the project must not see.
import type { Page } from 'playwright-core';

/** Counted from 1, as the status bar shows it. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface StatusItem {
  readonly id: string; // `publisher.extension.item` for an extension's item
  readonly text: string; // icons have no text
  readonly label: string; // for screen readers: names the icons
}

export interface Notification {
  readonly message: string;
  readonly buttons: readonly string[];
}

export interface Squiggle {
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  readonly line: number; // counted from 1
}

/** Functions for the scripts below: the active editor, and the text of an element with plain spaces. */
const helpers = `
  const editor = document.querySelector('.editor-group-container.active .editor-instance .monaco-editor');
  const all = (selector, root = editor) => (root === null ? [] : [...root.querySelectorAll(selector)]);
  const byTop = (one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top;
  const text = (elements) => elements.map((element) => element.textContent).join('').replaceAll('\\u00a0', ' ');
`;

/** The first line's rest lies between the typed characters as injected text; the other lies in a view zone. */
export function readGhostText(page: Page): Promise<string> {
  return evaluate(
    page,
    `
    const first = text(all('.view-lines .ghost-text-decoration, .view-lines .ghost-text-decoration-preview'));
    const others = all('.suggest-preview-text .view-line').sort(byTop).map((line) => text(all('.ghost-text', line)));
    return others.length === 0 ? first : [first, ...others].join('\\n');
  `,
  );
}

export function readEditorText(page: Page): Promise<string> {
  return evaluate(
    page,
    `
    const ghost = '[class*="ghost-text-decoration"]';
    const spans = (line) => all('span > span', line).filter((span) => !span.matches(ghost));
    return all('.view-lines > .view-line').sort(byTop).map((line) => text(spans(line))).join('\\n');
  `,
  );
}

export async function readCursor(page: Page): Promise<Position | undefined> {
  const text = await evaluate<string>(
    page,
    `return text(all('#status\\\\.editor\\\\.selection', document));`,
  );
  const match = /^Ln (\d+), Col (\d+)$/.exec(text);
  return match === null ? undefined : { line: Number(match[1]), column: Number(match[2]) };
}

export function readStatusItems(page: Page): Promise<StatusItem[]> {
  return evaluate(
    page,
    `
    return all('.statusbar-item', document).map((item) => ({
      id: item.id,
      text: text([item]).trim(),
      label: item.getAttribute('aria-label') ?? '',
    }));
  `,
  );
}

export function readNotifications(page: Page): Promise<Notification[]> {
  return evaluate(
    page,
    `
    return all('.notification-toast .notification-list-item', document).map((item) => ({
      message: text(all('.notification-list-item-message', item)),
      buttons: all('.notification-list-item-buttons-container .monaco-button', item).map((button) => text([button])),
    }));
  `,
  );
}

/** A squiggle knows no line: it is the one whose number stands beside it in the margin. */
export function readSquiggles(page: Page): Promise<Squiggle[]> {
  return evaluate(
    page,
    `
    const numbers = all('.margin .line-numbers');
    const marks = ['error', 'warning', 'info', 'hint'].map((severity) => '.squiggly-' + severity);
    return all(marks.join()).sort(byTop).map((squiggle) => {
      const { top } = squiggle.getBoundingClientRect();
      const number = numbers.find((element) => {
        const box = element.getBoundingClientRect();
        return box.top <= top && top < box.bottom;
      });
      const severity = /squiggly-(error|warning|info|hint)/.exec(squiggle.className)?.[1];
      return { severity, line: Number(number?.textContent) };
    });
  `,
  );
}

function evaluate<Result>(page: Page, script: string): Promise<Result> {
  return page.evaluate<Result>(`(() => { ${helpers} ${script} })()`);
}
