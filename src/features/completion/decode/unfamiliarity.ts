import type { Place } from '../place';

/** Characters of the file on each side of the cursor that are looked in: what takes a few milliseconds. */
const maxCharacters = 50_000;

/** What each pair costs a line. On 121 single lines of the development data 0.5, 1 and 1.5 are better than none. */
const natsPerPair = 1;

/**
 * In nats, how much speaks against a line that a model has written at `place`: for each two neighbouring words or symbols
 * that stand side by side nowhere in the file, of which the model sees only a part. Code repeats itself most of all
 * where it is (Tu et al. 2014, "On the localness of software").
 */
export function createUnfamiliarity({ prefix, suffix, linePrefix }: Place): (text: string) => number {
  const known = new Set([
    ...pairsOf(prefix.slice(-maxCharacters)),
    ...pairsOf(suffix.slice(0, maxCharacters)),
  ]);
  return (text) => natsPerPair * pairsOf(linePrefix + text).filter((pair) => !known.has(pair)).length;
}

function pairsOf(text: string): string[] {
  const words = text.match(/[\p{L}_$][\p{L}\p{N}_$]*|\p{N}+|[^\s\p{L}\p{N}_$]/gu) ?? [];
  return words.slice(1).map((word, index) => `${words[index]}\0${word}`);
}
