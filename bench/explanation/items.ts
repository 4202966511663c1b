import { readItems } from '../support/jsonLines';

/** A file with a function to explain. */
export interface ExplanationItem {
  readonly id: string;
  readonly language: string;
  readonly code_without_doc: string;
  readonly entry_point: string;
}

/** Items of `explain_humanevalpack.jsonl.gz`; see `readItems`. */
export function readExplanationItems(folder: string): ExplanationItem[] {
  return readItems(folder, 'explain_humanevalpack');
}

/** The other items of the same language whose code is nearest in length. */
export function nearest(
  item: ExplanationItem,
  items: readonly ExplanationItem[],
  count: number,
): ExplanationItem[] {
  const distance = (other: ExplanationItem) =>
    Math.abs(other.code_without_doc.length - item.code_without_doc.length);
  return items
    .filter((other) => other.language === item.language && other.id !== item.id)
    .sort((one, other) => distance(one) - distance(other))
    .slice(0, count);
}
