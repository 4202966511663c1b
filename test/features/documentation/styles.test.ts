import { expect, test } from 'vitest';
import { documented } from '../../support/documentation';

/** A fresh line before and after, so that snapshots show indentation as it is. */
async function show(...parameters: Parameters<typeof documented>): Promise<string> {
  return `\n${await documented(...parameters)}`;
}

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

const pythonCode = `class Reader:
    @retry(3)
    async def read(self, path: str, /, size: int = 10, *chunks: bytes, strict, **options) -> dict[str, int]:
        if strict:
            raise ValueError("strict")█
        return {}
`;

test('Python, Google style: receiver left out, positional-only, *args, keyword-only, **kwargs', async () => {
  expect(await show('python', pythonCode)).toMatchInlineSnapshot(`
    "
    class Reader:
        @retry(3)
        async def read(self, path: str, /, size: int = 10, *chunks: bytes, strict, **options) -> dict[str, int]:
            """Words number 1.

            Args:
                path (str): Words number 2.
                size (int, optional): Words number 3.
                *chunks (bytes): Words number 4.
                strict: Words number 5.
                **options: Words number 6.

            Returns:
                dict[str, int]: Words number 7.

            Raises:
                ValueError: Words number 8.
            """
            if strict:
                raise ValueError("strict")
            return {}
    "
  `);
});

test('Python, NumPy style, as another file of the project has it', async () => {
  const other =
    'def f(a):\n    """Do.\n\n    Parameters\n    ----------\n    a : int\n        The a.\n    """\n';
  expect(await show('python', pythonCode, { projectTexts: [other] })).toMatchInlineSnapshot(`
    "
    class Reader:
        @retry(3)
        async def read(self, path: str, /, size: int = 10, *chunks: bytes, strict, **options) -> dict[str, int]:
            """Words number 1.

            Parameters
            ----------
            path : str
                Words number 2.
            size : int, default 10
                Words number 3.
            *chunks : bytes
                Words number 4.
            strict
                Words number 5.
            **options
                Words number 6.

            Returns
            -------
            dict[str, int]
                Words number 7.

            Raises
            ------
            ValueError
                Words number 8.
            """
            if strict:
                raise ValueError("strict")
            return {}
    "
  `);
});

test('Python, reStructuredText, as the same file has it', async () => {
  const code = `def other(a):
    """Do.

    :param a: The a.
    """

${pythonCode}`;
  expect(await show('python', code)).toMatchInlineSnapshot(`
    "
    def other(a):
        """Do.

        :param a: The a.
        """

    class Reader:
        @retry(3)
        async def read(self, path: str, /, size: int = 10, *chunks: bytes, strict, **options) -> dict[str, int]:
            """Words number 1.

            :param path: Words number 2.
            :param size: Words number 3.
            :param chunks: Words number 4.
            :param strict: Words number 5.
            :param options: Words number 6.
            :returns: Words number 7.
            :raises ValueError: Words number 8.
            """
            if strict:
                raise ValueError("strict")
            return {}
    "
  `);
});

test('Python: a body on the line of its head moves to a line of its own; generators yield', async () => {
  const code = `class Box:
    def width(self): return self.w
    def items(self) -> Iterator[int]: yield 1
    @property
    def area(self): return 2
    @staticmethod
    def make(size): return Box(size)
`;
  expect(await show('python', code)).toMatchInlineSnapshot(`
    "
    class Box:
        """Words number 1."""

        def width(self):
            """Words number 2.

            Returns:
                Words number 3.
            """
            return self.w
        def items(self) -> Iterator[int]:
            """Words number 4.

            Yields:
                int: Words number 5.
            """
            yield 1
        @property
        def area(self):
            """Words number 6."""
            return 2
        @staticmethod
        def make(size):
            """Words number 7.

            Args:
                size: Words number 8.

            Returns:
                Words number 9.
            """
            return Box(size)
    "
  `);
});

test('Java: before annotations; type parameters, varargs, declared and thrown exceptions', async () => {
  const code = `public class Cache<K> {
    @Override
    @SuppressWarnings("unchecked")
    public <V extends K> List<V> load(final String name, V... values) throws IOException {
        if (name == null) throw new IllegalArgumentException("name");█
        return List.of(values);
    }
}
`;
  expect(await show('java', code)).toMatchInlineSnapshot(`
    "
    public class Cache<K> {
        /**
         * Words number 1.
         *
         * @param <V> Words number 2.
         * @param name Words number 3.
         * @param values Words number 4.
         * @return Words number 5.
         * @throws IOException Words number 6.
         * @throws IllegalArgumentException Words number 7.
         */
        @Override
        @SuppressWarnings("unchecked")
        public <V extends K> List<V> load(final String name, V... values) throws IOException {
            if (name == null) throw new IllegalArgumentException("name");
            return List.of(values);
        }
    }
    "
  `);
});

test('Rust: before attributes; const generics, Result and panics', async () => {
  const code = `impl<T> Grid<T> {
    #[inline]
    #[must_use]
    pub async fn resize<const N: usize>(&mut self, cells: [T; N], (width, height): (u32, u32)) -> Result<usize, GridError> {
        assert!(N > 0);█
        Ok(N)
    }
}
`;
  expect(await show('rust', code)).toMatchInlineSnapshot(`
    "
    impl<T> Grid<T> {
        /// Words number 1.
        ///
        /// # Arguments
        ///
        /// * \`cells\` - Words number 2.
        /// * \`(width, height)\` - Words number 3.
        ///
        /// # Returns
        ///
        /// Words number 4.
        ///
        /// # Errors
        ///
        /// Words number 5.
        ///
        /// # Panics
        ///
        /// Words number 6.
        #[inline]
        #[must_use]
        pub async fn resize<const N: usize>(&mut self, cells: [T; N], (width, height): (u32, u32)) -> Result<usize, GridError> {
            assert!(N > 0);
            Ok(N)
        }
    }
    "
  `);
});

test('Go: begins with the name, also for methods and types', async () => {
  const code = `package shop

//go:noinline
func (c *Cart[T]) Add(item T, counts ...int) (total int, err error) {
	return 0, nil
}

type Cart[T any] struct{}

func reset(int, _ string) {}
`;
  expect(await show('go', code)).toMatchInlineSnapshot(`
    "
    package shop

    // Add Words number 1.
    //
    // Parameters:
    //   - item: Words number 2.
    //   - counts: Words number 3.
    //
    // It returns Words number 4.
    //
    //go:noinline
    func (c *Cart[T]) Add(item T, counts ...int) (total int, err error) {
    	return 0, nil
    }

    // Cart Words number 5.
    type Cart[T any] struct{}

    // reset Words number 6.
    //
    // Parameters:
    //   - int: Words number 7.
    func reset(int, _ string) {}
    "
  `);
});

test('C++: templates and Doxygen, in the marks of the file', async () => {
  const code = `template <typename T, int Size>
[[nodiscard]] static inline const T& at(const std::array<T, Size>& items, int *index = nullptr) {
  throw std::out_of_range("index");█
}
`;
  expect(await show('cpp', code)).toMatchInlineSnapshot(`
    "
    /**
     * Words number 1.
     *
     * @tparam T Words number 2.
     * @tparam Size Words number 3.
     * @param items Words number 4.
     * @param index Words number 5.
     * @return Words number 6.
     * @throws std::out_of_range Words number 7.
     */
    template <typename T, int Size>
    [[nodiscard]] static inline const T& at(const std::array<T, Size>& items, int *index = nullptr) {
      throw std::out_of_range("index");
    }
    "
  `);
  const lines = `/// \\brief Adds.\n/// \\param a The a.\nint add(int a);\n\n${code}`;
  expect(await show('cpp', lines)).toMatchInlineSnapshot(`
    "
    /// \\brief Adds.
    /// \\param a The a.
    int add(int a);

    /// \\brief Words number 1.
    ///
    /// \\tparam T Words number 2.
    /// \\tparam Size Words number 3.
    /// \\param items Words number 4.
    /// \\param index Words number 5.
    /// \\return Words number 6.
    /// \\throws std::out_of_range Words number 7.
    template <typename T, int Size>
    [[nodiscard]] static inline const T& at(const std::array<T, Size>& items, int *index = nullptr) {
      throw std::out_of_range("index");
    }
    "
  `);
});

test('C#: XML elements before attributes', async () => {
  const code = `namespace N
{
    public class Repo<T>
    {
        [Obsolete]
        public async Task<T> Find<K>(K key, int limit = 1, params string[] tags)
        {
            throw new ArgumentException("key");█
        }
    }
}
`;
  expect(await show('csharp', code)).toMatchInlineSnapshot(`
    "
    namespace N
    {
        public class Repo<T>
        {
            /// <summary>
            /// Words number 1.
            /// </summary>
            /// <typeparam name="K">Words number 2.</typeparam>
            /// <param name="key">Words number 3.</param>
            /// <param name="limit">Words number 4.</param>
            /// <param name="tags">Words number 5.</param>
            /// <returns>Words number 6.</returns>
            /// <exception cref="ArgumentException">Words number 7.</exception>
            [Obsolete]
            public async Task<T> Find<K>(K key, int limit = 1, params string[] tags)
            {
                throw new ArgumentException("key");
            }
        }
    }
    "
  `);
});

test('PHP and Ruby', async () => {
  const php = `<?php
class Mailer {
    #[Route('/')]
    public function send(?string $to, int &$count = 0, ...$parts): bool {
        throw new \\LogicException('x');█
    }
}
`;
  expect(await show('php', php)).toMatchInlineSnapshot(`
    "
    <?php
    class Mailer {
        /**
         * Words number 1.
         *
         * @param ?string $to Words number 2.
         * @param int $count Words number 3.
         * @param mixed ...$parts Words number 4.
         * @return bool Words number 5.
         * @throws \\LogicException Words number 6.
         */
        #[Route('/')]
        public function send(?string $to, int &$count = 0, ...$parts): bool {
            throw new \\LogicException('x');
        }
    }
    "
  `);
  const ruby = `class Mailer
  def send(to, count = 1, *parts, retry:, **options, &block)
    raise ArgumentError, "to"█
    to
  end
end
`;
  expect(await show('ruby', ruby)).toMatchInlineSnapshot(`
    "
    class Mailer
      # Words number 1.
      #
      # @param to Words number 2.
      # @param count Words number 3.
      # @param parts Words number 4.
      # @param retry Words number 5.
      # @param options Words number 6.
      # @param block Words number 7.
      # @raise [ArgumentError] Words number 8.
      def send(to, count = 1, *parts, retry:, **options, &block)
        raise ArgumentError, "to"
        to
      end
    end
    "
  `);
});

test('line endings and tabs of the file are kept', async () => {
  const code = 'class A {\r\n\tint f(int a) {\r\n\t\treturn a;█\r\n\t}\r\n}\r\n';
  const result = await documented('java', code);
  expect(result.replaceAll('\r\n', '⏎\n')).toMatchInlineSnapshot(`
    "class A {⏎
    	/**⏎
    	 * Words number 1.⏎
    	 *⏎
    	 * @param a Words number 2.⏎
    	 * @return Words number 3.⏎
    	 */⏎
    	int f(int a) {⏎
    		return a;⏎
    	}⏎
    }⏎
    "
  `);
  expect(result.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});
