/**
 * Beginnings that a code model continues with little doubt, so that devices which compute the same agree on the tokens:
 * one short, one with a long prompt (kernels for many tokens differ from those for few), one in prose.
 */
export const goldenTexts: readonly string[] = [
  'def fibonacci(n):\n    if n < 2:\n        return n\n    return',
  `export class Stack<T> {
  private readonly items: T[] = [];

  /** Puts an item on top of the stack. */
  push(item: T): void {
    this.items.push(item);
  }

  /** Takes the item from the top of the stack; undefined when the stack is empty. */
  pop(): T | undefined {
    return this.items.pop();
  }

  /** The item on top of the stack, which stays there; undefined when the stack is empty. */
  peek(): T | undefined {
    return this.items[this.items.length - 1];
  }

  /** The number of items on the stack. */
  get size(): number {
`,
  '// Returns the sum of all numbers in the list. An empty list has the sum 0.\nfunc Sum(numbers []int) int {\n',
];
