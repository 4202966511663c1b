import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Items of a JSON-lines file in the evaluation folder (gzip); empty, with a remark, where the data is absent. */
export function readItems<Item>(folder: string, name: string): Item[] {
  const path = join(folder, `${name}.jsonl.gz`);
  if (!existsSync(path)) {
    console.error(`No evaluation data at ${path}: what needs it is left out. Name its folder with --data.`);
    return [];
  }
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Item);
}
