// Sotto's own parts of the workbench.
import { expect } from 'vitest';
import type { StatusItem } from './dom';
import type { RunningProcess } from './serverProcess';
import type { Workbench } from './workbench';

/** A model comes from the disk into memory while the workbench loads its own parts. */
const readyTimeoutMs = 60_000;

/** Sotto's status item; undefined before the extension is activated. */
export async function statusItem(workbench: Workbench): Promise<StatusItem | undefined> {
  const items = await workbench.statusItems();
  return items.find(({ id }) => id === 'sotto.sotto.sotto.status');
}

/** The processes of the language server: one, or none. */
export function serverProcesses(workbench: Workbench): RunningProcess[] {
  return workbench.processes().filter(({ command }) => command.includes('server.mjs'));
}

/** Waits until the model is in memory. It is loaded when a file is opened, not before. */
export async function modelIsReady(workbench: Workbench): Promise<void> {
  await expect
    .poll(async () => (await statusItem(workbench))?.label, { timeout: readyTimeoutMs })
    .toMatch(/^Sotto: Ready: qwen2\.5-coder-0\.5b on CPU/);
}

/** Every distinct ghost text that stands in the editor during a time that is long enough for a late answer to arrive. */
export async function ghostTextsForAWhile(workbench: Workbench): Promise<string[]> {
  const texts = new Set<string>();
  for (let sample = 0; sample < 30; sample += 1) {
    texts.add(await workbench.ghostText());
    await workbench.page.waitForTimeout(50);
  }
  return [...texts];
}
