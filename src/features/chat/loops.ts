/** What a loop must repeat to be told from a table's rules or closing brackets, in characters. */
const leastRepeatedLength = 20;

/** What is said twice in a sentence this long, in characters, is no phrase that like things share. */
const longSentenceLength = 60;

/**
 * Prose: a line has been written three times, or a long sentence twice. Called at the end of a line or sentence, as is
 * the other.
 */
export function repeatsProse(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  const lastLine = lines.findLast((line) => line.length >= leastRepeatedLength);
  const sentences = sentencesOf(text).map(({ content }) => content);
  const lastSentence = sentences.pop() ?? '';
  return (
    (lastLine !== undefined && lines.filter((line) => line === lastLine).length >= 3) ||
    (lastSentence.length >= longSentenceLength && sentences.includes(lastSentence))
  );
}

/** Prose without the sentences and lines at its end that stand in it before. */
export function withoutRepetition(text: string): string {
  const sentences = sentencesOf(text);
  const contents = sentences.map(({ content }) => content);
  const lastNew = contents.findLastIndex((content, index) => contents.indexOf(content) === index);
  const firstRepeated = sentences[lastNew + 1];
  return firstRepeated === undefined ? text : text.slice(0, firstRepeated.start).trimEnd();
}

function sentencesOf(text: string): { content: string; start: number }[] {
  return [...text.matchAll(/[^\n]+?(?:[.!?](?=\s|$)|(?=\n|$))/g)]
    .map(({ 0: match, index }) => ({ content: match.trim(), start: index }))
    .filter(({ content }) => content !== '');
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
