/** What a loop must repeat to be told from a table's rules or closing brackets, in characters. */
const leastRepeatedLength = 20;

/** Prose: a long line has been written three times. Called at the end of a line, as is the other. */
export function repeatsLine(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => line.length >= leastRepeatedLength);
  return last !== undefined && lines.filter((line) => line === last).length >= 3;
}

/** Code, in which a line may well stand several times: the last few lines stand there four times in a row. */
export function repeatsBlock(text: string): boolean {
  const lines = text.split('\n').slice(0, -1);
  for (let height = 1; height <= tallestBlock; height += 1) {
    const block = lines.slice(-height);
    const copies = lines.slice(-4 * height);
    if (
      copies.length === 4 * height &&
      block.join('').trim().length >= leastRepeatedLength &&
      copies.every((line, index) => line === block[index % height])
    ) {
      return true;
    }
  }
  return false;
}

const tallestBlock = 12;
