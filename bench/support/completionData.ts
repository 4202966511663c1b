import { readItems } from './jsonLines';

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

/** See `readItems`. */
export function readCompletionItems(folder: string, name = 'completion_dev'): CompletionItem[] {
  return readItems(folder, name);
}

/** At most `limit` items, taken evenly over the whole list, so that a short run sees every language and kind. */
export function spread<T>(items: readonly T[], limit: number): T[] {
  const step = Math.max(1, items.length / limit);
  return Array.from(
    { length: Math.min(items.length, limit) },
    (_, index) => items[Math.floor(index * step)],
  ).filter((item) => item !== undefined);
}
