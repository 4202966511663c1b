// Comments as people lay them out: what is read in them stays.
import { expect, test } from 'vitest';
import { show } from '../../support/documentation';

test('one entry may be of several names, and words may hold a dollar sign', async () => {
  const numpy = `def add(x1, x2, out):
    """Adds.

    Parameters
    ----------
    x1, x2 : array_like
        What is added.
    """█
`;
  expect(await show('python', numpy)).toMatchInlineSnapshot(`
    "
    def add(x1, x2, out):
        """Adds.

        Parameters
        ----------
        x1, x2 : array_like
            What is added.
        out
            Words number 1.
        """
    "
  `);
  const java = '/**\n * Pays.\n * @param price in $US\n */\nvoid pay(int price, int tip) {█}\n';
  expect(await show('java', java)).toContain(' * @param price in $US\n * @param tip Words number 1.\n');
});

test('C#: text without elements, single quotes, elements that close themselves', async () => {
  const plain = `class A {
    /// Does a <see cref="Thing"/>,
    /// slowly.
    /// <param name='a'>The a.</param>
    int Add(int a) { return a; }█
}
`;
  expect(await show('csharp', plain)).toMatchInlineSnapshot(`
    "
    class A {
        /// <summary>
        /// Does a <see cref="Thing"/>,
        /// slowly.
        /// </summary>
        /// <param name='a'>The a.</param>
        /// <returns>Words number 1.</returns>
        int Add(int a) { return a; }
    }
    "
  `);
  const more = `class A {
    /// <summary>Adds.</summary> <remarks>
    ///   <para>Slow.</para>
    /// </remarks>
    /// Kept.
    /// <seealso cref="Thing"/>
    /// <threadsafety static="true" />
    /// <exception cref='T:System.IOException'>On no disk.</exception>
    void Add(int a) { throw new IOException(); }█
}
`;
  expect(await show('csharp', more)).toMatchInlineSnapshot(`
    "
    class A {
        /// <summary>
        /// Adds.
        /// </summary>
        /// <param name="a">Words number 1.</param>
        /// <exception cref='T:System.IOException'>On no disk.</exception>
        /// <remarks>
        ///   <para>Slow.</para>
        /// </remarks>
        /// Kept.
        /// <seealso cref="Thing"/>
        /// <threadsafety static="true" />
        void Add(int a) { throw new IOException(); }
    }
    "
  `);
});

test('docstrings with two spaces or tabs: entries go on deeper, and new ones are indented alike', async () => {
  const spaces = `class A:
  def load(self, path, mode):
    """Loads.

    Args:
      path: Where it is, which is long and goes
        on in the next line.

    Raises:
      OSError: If it
          cannot.
    """
    return path█
`;
  expect(await show('python', spaces)).toMatchInlineSnapshot(`
    "
    class A:
      def load(self, path, mode):
        """Loads.

        Args:
          path: Where it is, which is long and goes
            on in the next line.
          mode: Words number 1.

        Returns:
          Words number 2.

        Raises:
          OSError: If it
              cannot.
        """
        return path
    "
  `);
  const tabs = `def load(path, mode, extra):
	"""Loads.

	Args:
		path: Where it is, which
			is long.

		mode: How.
	Slow.
	"""█
`;
  expect(await show('python', tabs)).toMatchInlineSnapshot(`
    "
    def load(path, mode, extra):
    	"""Loads.

    	Args:
    		path: Where it is, which
    			is long.
    		mode: How.
    		extra: Words number 1.

    	Slow.
    	"""
    "
  `);
  const numpy = `def load(path, mode):
  """Loads.

  Parameters
  ----------
  path
    Where it is.

    And more.
  """█
`;
  expect(await show('python', numpy)).toMatchInlineSnapshot(`
    "
    def load(path, mode):
      """Loads.

      Parameters
      ----------
      path
        Where it is.

        And more.
      mode
        Words number 1.
      """
    "
  `);
});
