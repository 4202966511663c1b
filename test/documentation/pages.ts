import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export const pageNames = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md'] as const;

export function readPage(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

/** What a page shows as code: the lines of its blocks, fenced or indented, and what stands between backticks. */
export function codeOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```\w*\n([^]*?)^```$/gm)].flatMap(([, block = '']) => block.split('\n'));
  const indented = [...page.matchAll(/^ {4}(.+)$/gm)].map(([, line = '']) => line);
  const inline = [...page.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(
    ([, code = '']) => code,
  );
  return [...blocks, ...indented, ...inline].map((line) => line.replace(/\s+#.*$/, '').trim());
}
