import { readItems } from '../support/jsonLines';

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

/** Items of `docstrings_dev.jsonl.gz`; see `readItems`. */
export function readDocumentationItems(folder: string): DocumentationItem[] {
  return readItems(folder, 'docstrings_dev');
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
