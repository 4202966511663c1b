import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A function of real code without its comment, and the comment that its author wrote. */
export interface DocumentationItem {
  readonly id: string;
  readonly language: 'python' | 'java' | 'go' | 'typescript' | 'javascript';
  readonly name: string;
  readonly container: string | null;
  readonly params: readonly { readonly name: string }[];
  readonly code_without_doc: string;
  readonly reference_summary: string;
}

/** Items of `docstrings_dev.jsonl.gz`; empty, with a remark, where the data is absent. */
export function readDocumentationItems(folder: string): DocumentationItem[] {
  const path = join(folder, 'docstrings_dev.jsonl.gz');
  if (!existsSync(path)) {
    console.error(`No evaluation data at ${path}. Name its folder with --data.`);
    return [];
  }
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DocumentationItem);
}

/** A file that holds the item, a method inside its class, and an offset in the item's head. */
export function fileOf(item: DocumentationItem): { text: string; offset: number } {
  const { language, container, code_without_doc: code, name } = item;
  if (!needsClass(item)) {
    return { text: `${code}\n`, offset: Math.max(0, code.indexOf(name)) };
  }
  const owner = /\w+/.exec(container ?? '')?.[0] ?? 'Owner';
  const open = language === 'python' ? `class ${owner}:\n` : `class ${owner} {\n`;
  const body = code
    .split('\n')
    .map((line) => (line === '' ? line : `    ${line}`))
    .join('\n');
  const text = `${open}${body}\n${language === 'python' ? '' : '}\n'}`;
  return { text, offset: text.indexOf(name, open.length) };
}

function needsClass({ language, container, code_without_doc: code }: DocumentationItem): boolean {
  switch (language) {
    case 'go':
      return false;
    case 'java':
      return true;
    case 'python':
      // A function that is local to a method has a container, and no receiver.
      return /\(\s*(self|cls)\b/.test(code);
    case 'javascript':
    case 'typescript':
      return container !== null || /^\w+ *\(/.test(code);
  }
}
