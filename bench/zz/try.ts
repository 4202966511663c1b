import { openDefaultModel } from '../support/defaultModel';
import { checkForSlips, reviewCode } from '../../src/features/bugs/findBugs';
const samples: [string, string, string][] = [
  ['clamp.ts', 'typescript', `export function clamp(value: number, minimum: number, maximum: number): number {
  if (value < minimum) {
    return minimum;
  }
  if (value > maximum) {
    return minimum;
  }
  return value;
}
`],
  ['area.ts', 'typescript', `export function perimeter(width: number, height: number): number {
  return 2 * (width + height);
}

export function area(width: number, height: number): number {
  return width * width;
}
`],
  ['stats.py', 'python', `def mean(values):
    total = 0
    for value in values:
        total += values
    return total / len(values)
`],
  ['swap.ts', 'typescript', `export function copyItems(source: string[], target: string[]): number {
  let copied = 0;
  for (let index = 0; index < source.length; index += 1) {
    const item = source[copied];
    if (!target.includes(item)) {
      target.push(source);
      copied += 1;
    }
  }
  return copied;
}
`],
  ['total.ts', 'typescript', `interface Item {
  readonly name: string;
  readonly price: number;
  readonly count: number;
}

/** The price of all items together. */
export function totalPrice(items: readonly Item[]): number {
  let total = 0;
  for (const item of items) {
    total += item.price * total;
  }
  return total;
}
`],
  ['Counter.java', 'java', `class Range {
    private final int low;
    private final int high;

    Range(int low, int high) {
        this.low = low;
        this.high = low;
    }

    boolean contains(int value) {
        return value >= low && value <= high;
    }
}
`],
];
const model = await openDefaultModel({});
const never = new AbortController().signal;
for (const [fileName, languageId, text] of samples) {
  const request = { languageId, fileName, text, ranges: [{ start: 0, end: text.length }], linesToSkip: new Set<number>() };
  let t = performance.now();
  const strong = await checkForSlips(request, model, never);
  const ms = Math.round(performance.now() - t);
  t = performance.now();
  const weak = await reviewCode(request, model, () => {}, never);
  console.log(fileName, ms, 'ms', Math.round(performance.now() - t), JSON.stringify(strong.map(({ found, expected, logRatioNats, range }) => [text.slice(0, range.start).split('\n').length, found, expected, logRatioNats.toFixed(1)])), JSON.stringify(weak.map(({ found, expected, logRatioNats, range, strength }) => [text.slice(0, range.start).split('\n').length, found, expected, logRatioNats.toFixed(1), strength])));
}
await model.dispose();
