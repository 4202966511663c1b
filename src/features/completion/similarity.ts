/** Lines with fewer word characters, such as `}` or `end`, repeat everywhere and prove nothing. */
const SUBSTANTIAL_WORD_CHARACTERS = 4;

/** Whether a line says enough that finding it twice means that text is repeated. */
export function isSubstantial(line: string): boolean {
  return (line.match(/[\p{L}\p{N}_]/gu)?.length ?? 0) >= SUBSTANTIAL_WORD_CHARACTERS;
}

/** Whether two lines differ, white space at the ends aside, by at most `share` of the longer one's characters. */
export function areSimilar(left: string, right: string, share: number): boolean {
  const first = left.trim();
  const second = right.trim();
  const limit = Math.floor(Math.max(first.length, second.length) * share);
  return Math.abs(first.length - second.length) <= limit && editDistance(first, second) <= limit;
}

/** The Levenshtein distance between two texts, in UTF-16 units. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const deletion = (previous[column] ?? 0) + 1;
      const insertion = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(substitution, deletion, insertion));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
