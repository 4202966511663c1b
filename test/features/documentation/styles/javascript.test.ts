// JSDoc, in JavaScript and TypeScript.
import { expect, test } from 'vitest';
import { show } from '../../../support/documentation';

test('TypeScript: destructuring, defaults, rest, generics, async generator, thrown errors', async () => {
  const code = `export async function* fetchAll<T, K = T>({ url, retries = 3 }: Options, [first]: T[], limit?: number, ...rest: K[]): AsyncGenerator<T> {
  if (!url) throw new RangeError('url');
  yield first;█
}
`;
  expect(await show('typescript', code)).toMatchInlineSnapshot(`
    "
    /**
     * Words number 1.
     *
     * @typeParam T - Words number 2.
     * @typeParam K - Words number 3.
     * @param options - Words number 4.
     * @param items - Words number 5.
     * @param limit - Words number 6.
     * @param rest - Words number 7.
     * @yields Words number 8.
     * @throws {RangeError} Words number 9.
     */
    export async function* fetchAll<T, K = T>({ url, retries = 3 }: Options, [first]: T[], limit?: number, ...rest: K[]): AsyncGenerator<T> {
      if (!url) throw new RangeError('url');
      yield first;
    }
    "
  `);
});

test('TypeScript: class with decorators, constructor, getter, setter, async method, nested in a namespace', async () => {
  const code = `namespace App {
  @Component()
  export class Store<T> {
    constructor(private readonly path: string) {}
    @memo() get size(): number { return 1; }
    set size(value: number) {}
    @log()
    async save(item: T): Promise<void> {}
    private run = (task: () => void): boolean => true;
  }
}
`;
  expect(await show('typescript', code)).toMatchInlineSnapshot(`
    "
    /** Words number 1. */
    namespace App {
      /**
       * Words number 2.
       *
       * @typeParam T - Words number 3.
       */
      @Component()
      export class Store<T> {
        /**
         * Words number 4.
         *
         * @param path - Words number 5.
         */
        constructor(private readonly path: string) {}
        /** Words number 6. */
        @memo() get size(): number { return 1; }
        /**
         * Words number 7.
         *
         * @param value - Words number 8.
         */
        set size(value: number) {}
        /**
         * Words number 9.
         *
         * @param item - Words number 10.
         */
        @log()
        async save(item: T): Promise<void> {}
        /**
         * Words number 11.
         *
         * @param task - Words number 12.
         * @returns Words number 13.
         */
        private run = (task: () => void): boolean => true;
      }
    }
    "
  `);
});

test('TypeScript: each overload is documented, the implementation is not', async () => {
  const code = `export function pad(text: string): string;
export function pad(text: string, width: number): string;
export function pad(text: string, width = 2): string {
  return text + width;
}
`;
  expect(await show('typescript', code)).toMatchInlineSnapshot(`
    "
    /**
     * Words number 1.
     *
     * @param text - Words number 2.
     * @returns Words number 3.
     */
    export function pad(text: string): string;
    /**
     * Words number 4.
     *
     * @param text - Words number 5.
     * @param width - Words number 6.
     * @returns Words number 7.
     */
    export function pad(text: string, width: number): string;
    export function pad(text: string, width = 2): string {
      return text + width;
    }
    "
  `);
});

test('JavaScript: properties of a destructured parameter, optional names, no types where none are written', async () => {
  const code = `module.exports = function connect(url, { timeout = 5, port }, done = noop) {█
  return open(url, { timeout, port }, done);
};
`;
  expect(await show('javascript', code)).toMatchInlineSnapshot(`
    "
    /**
     * Words number 1.
     *
     * @param url - Words number 2.
     * @param options - Words number 3.
     * @param [options.timeout=5] - Words number 4.
     * @param options.port - Words number 5.
     * @param [done=noop] - Words number 6.
     * @returns Words number 7.
     */
    module.exports = function connect(url, { timeout = 5, port }, done = noop) {
      return open(url, { timeout, port }, done);
    };
    "
  `);
});
