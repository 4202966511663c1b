// Javadoc and what was made after it: a block above the head.
import { expect, test } from 'vitest';
import { documented, show } from '../../../support/documentation';

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

test('PHP: before attributes; types, references and variadics', async () => {
  const code = `<?php
class Mailer {
    #[Route('/')]
    public function send(?string $to, int &$count = 0, ...$parts): bool {
        throw new \\LogicException('x');█
    }
}
`;
  expect(await show('php', code)).toMatchInlineSnapshot(`
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
