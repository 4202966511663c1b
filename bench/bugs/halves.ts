import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Half = 'tuning' | 'held-back';

/**
 * In which half of the data a project is: thresholds are set on one and reported on the other, since code of one
 * project is alike. Projects that the data's owner keeps from training are always held back.
 */
export function createHalves(dataFolder: string): (project: string) => Half {
  const path = join(dataFolder, 'exclude_from_training.txt');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const excluded = new Set(lines.map((line) => line.split('\t')[1]?.trim()));
  // Bit 18 is the one that splits the languages of the development data most evenly.
  return (project) =>
    excluded.has(project) || ((hashText(project) >>> 18) & 1) === 0 ? 'held-back' : 'tuning';
}

/** FNV-1a, 32 bits: a number that depends on nothing but the text. */
export function hashText(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619) >>> 0;
  }
  return hash;
}
