// Files in which a function has no body yet, and in which the default model is sure of what it would be. Each test has
// one of its own, as a suggestion that a test dismissed is not made again.

export const sampleFiles = {
  'parity.ts': `export function isEven(value: number): boolean {
  return value % 2 === 0;
}

export function isOdd(value: number): boolean {
}
`,
  'sign.ts': `export function isPositive(value: number): boolean {
  return value > 0;
}

export function isNegative(value: number): boolean {
}
`,
  'order.ts': `export function larger(first: number, second: number): number {
  return first > second ? first : second;
}

export function smaller(first: number, second: number): number {
}
`,
  'letters.ts': `export function upper(text: string): string {
  return text.toUpperCase();
}

export function lower(text: string): string {
}
`,
  'edges.ts': `export function first(values: number[]): number {
  return values[0];
}

export function last(values: number[]): number {
}
`,
  'sums.ts': `export function add(first: number, second: number): number {
  return first + second;
}

export function subtract(first: number, second: number): number {
}
`,
  'products.ts': `export function multiply(first: number, second: number): number {
  return first * second;
}

export function divide(first: number, second: number): number {
}
`,
  'emptiness.ts': `export function isEmpty(text: string): boolean {
  return text.length === 0;
}

export function hasText(text: string): boolean {
}
`,
  'circle.py': `import math


class Circle:
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return math.pi * self.radius ** 2

    def circumference(self):
`,
  'rectangle.py': `class Rectangle:
    def __init__(self, width, height):
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.height

    def perimeter(self):
`,
  'extremes.ts': `/** The largest number of a list. */
export function largest(numbers: number[]): number {
  let result = -Infinity;
  for (const number of numbers) {
    if (number > result) {
      result = number;
    }
  }
  return result;
}

/** The smallest number of a list. */
export function smallest(numbers: number[]): number {
}
`,
  'words.ts': `/** The longest of some words. */
export function longest(words: string[]): string {
  let result = words[0];
  for (const word of words) {
    if (word.length > result.length) {
      result = word;
    }
  }
  return result;
}

/** The shortest of some words. */
export function shortest(words: string[]): string {
}
`,
} as const;

export type SampleFile = keyof typeof sampleFiles;

/** The place behind the brace or colon after which the missing body goes; counted from 1. */
export function endOfLastHead(file: SampleFile): { readonly line: number; readonly column: number } {
  const { index, text } = lastHead(file);
  return { line: index + 1, column: text.length + 1 };
}

/** The column at which the body of the last function of a file begins. */
export function bodyColumn(file: SampleFile): number {
  const indentation = /^ */.exec(lastHead(file).text)![0].length;
  return indentation + (file.endsWith('.py') ? 4 : 2) + 1;
}

function lastHead(file: SampleFile): { readonly index: number; readonly text: string } {
  const lines = sampleFiles[file].split('\n');
  const index = lines.findLastIndex((line) => /[{:]$/.test(line));
  return { index, text: lines[index]! };
}
