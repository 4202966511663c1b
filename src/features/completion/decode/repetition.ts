/**
 * True when the end of `ids` repeats one short pattern over and over. The table is Copilot's
 * (microsoft/vscode-copilot-chat, suggestions/anomalyDetection): a pattern of at most so many tokens that fills
 * the last so many.
 */
export function endsInRepetition(ids: readonly number[]): boolean {
  const backwards = [...ids].reverse();
  const borders = borderLengths(backwards);
  return repetitionTable.some(({ patternLength, windowLength }) => {
    const border = borders[windowLength - 1];
    return border !== undefined && windowLength - border <= patternLength;
  });
}

const repetitionTable = [
  { patternLength: 1, windowLength: 10 },
  { patternLength: 10, windowLength: 30 },
  { patternLength: 20, windowLength: 45 },
  { patternLength: 30, windowLength: 60 },
] as const;

/** The Knuth-Morris-Pratt table: for each prefix, the length of its longest proper prefix that is also its suffix. */
function borderLengths(values: readonly number[]): number[] {
  const borders = new Array<number>(values.length).fill(0);
  let length = 0;
  for (let index = 1; index < values.length; index++) {
    while (length > 0 && values[index] !== values[length]) {
      length = borders[length - 1] ?? 0;
    }
    if (values[index] === values[length]) {
      length++;
    }
    borders[index] = length;
  }
  return borders;
}
