import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One cursor position in real code, with what its author wrote there. */
export interface CompletionItem {
  readonly id: string;
  readonly language: string;
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  /** The author's text, without the newline that ends it. */
  readonly middle: string;
  readonly kind: 'line' | 'tail-of-line' | 'block';
  readonly cursor: string;
  readonly context_files?: readonly { readonly path: string; readonly content: string }[];
}

/** Items of a JSON-lines file in the evaluation folder (gzip); empty, with a remark, where the data is absent. */
export function readCompletionItems(folder: string, name = 'completion_dev'): CompletionItem[] {
  const path = join(folder, `${name}.jsonl.gz`);
  if (!existsSync(path)) {
    console.error(`No evaluation data at ${path}: what needs it is left out. Name its folder with --data.`);
    return [];
  }
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as CompletionItem);
}

/** At most `limit` items, taken evenly over the whole list, so that a short run sees every language and kind. */
export function spread<T>(items: readonly T[], limit: number): T[] {
  const step = Math.max(1, items.length / limit);
  return Array.from(
    { length: Math.min(items.length, limit) },
    (_, index) => items[Math.floor(index * step)],
  ).filter((item) => item !== undefined);
}
