import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A file with a function to explain. */
export interface ExplanationItem {
  readonly id: string;
  readonly language: string;
  readonly code_without_doc: string;
  readonly entry_point: string;
}

/** Items of `explain_humanevalpack.jsonl.gz`; empty, with a remark, where the data is absent. */
export function readExplanationItems(folder: string): ExplanationItem[] {
  const path = join(folder, 'explain_humanevalpack.jsonl.gz');
  if (!existsSync(path)) {
    console.error(`No evaluation data at ${path}. Name its folder with --data.`);
    return [];
  }
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExplanationItem);
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
