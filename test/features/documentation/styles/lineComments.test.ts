// Comments that begin anew on each line.
import { expect, test } from 'vitest';
import { show } from '../../../support/documentation';

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

test('Ruby: keyword and block parameters, raised errors', async () => {
  const code = `class Mailer
  def send(to, count = 1, *parts, retry:, **options, &block)
    raise ArgumentError, "to"█
    to
  end
end
`;
  expect(await show('ruby', code)).toMatchInlineSnapshot(`
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
