import { expect, test } from 'vitest';
import { documented } from '../../support/documentation';

/** The text with `█` in it documented: what was there stays, what is missing is added, nothing is doubled. */
async function improved(languageId: string, marked: string): Promise<string> {
  return `\n${await documented(languageId, marked)}`;
}

test('JSDoc: missing parameters are added in order, stale ones go, other tags and the user’s words stay', async () => {
  const code = `/**
 * Opens a file,
 * or makes one.
 *
 * @param {string} path - Where it is:
 *   absolute or not.
 * @param {number} gone - Not there any more.
 * @returns {Promise<File>} The file.
 * @see close
 * @example
 *   await open('a');
 */
async function open(path, mode, flags) {█
  return make(path);
}
`;
  expect(await improved('javascript', code)).toMatchInlineSnapshot(`
    "
    /**
     * Opens a file,
     * or makes one.
     *
     * @param {string} path - Where it is:
     *   absolute or not.
     * @param mode - Words number 1.
     * @param flags - Words number 2.
     * @returns {Promise<File>} The file.
     * @see close
     * @example
     *   await open('a');
     */
    async function open(path, mode, flags) {
      return make(path);
    }
    "
  `);
});

test('a comment that says everything is left alone', async () => {
  const complete = `/**
 * Adds.
 *
 * @param a The a.
 * @return The sum.
 */
int add(int a) { return a; }█
`;
  expect(await documented('java', complete)).toBe(complete.replace('█', ''));
  const go = '// Add adds.\nfunc Add(a int) int { return a }█\n';
  expect(await documented('go', go)).toBe(go.replace('█', ''));
});

test('Google docstring: entries keep their words, sections that are ours are completed, others stay', async () => {
  const code = `def load(path, *, strict=False):
    r"""Loads \\d+ things.

    More about it.

    Args:
        path (str): Where
            it is.
        gone: Not there.

    Note:
        Slow.
    """
    raise KeyError(path)█
    return 1
`;
  expect(await improved('python', code)).toMatchInlineSnapshot(`
    "
    def load(path, *, strict=False):
        r"""Loads \\d+ things.

        More about it.

        Args:
            path (str): Where
                it is.
            strict (optional): Words number 1.

        Returns:
            Words number 2.

        Raises:
            KeyError: Words number 3.

        Note:
            Slow.
        """
        raise KeyError(path)
        return 1
    "
  `);
});

test('NumPy and reStructuredText docstrings', async () => {
  const numpy = `def f(a, b):
    """Does it.

    Parameters
    ----------
    a : int
        The first
        of two.

    Notes
    -----
    Slow.
    """
    return a█
`;
  expect(await improved('python', numpy)).toMatchInlineSnapshot(`
    "
    def f(a, b):
        """Does it.

        Parameters
        ----------
        a : int
            The first
            of two.
        b
            Words number 1.

        Returns
        -------
            Words number 2.

        Notes
        -----
        Slow.
        """
        return a
    "
  `);
  const rest = `def f(a, b):
    """Does it.

    :param int a: The first.
    :rtype: int
    """
    return a█
`;
  expect(await improved('python', rest)).toMatchInlineSnapshot(`
    "
    def f(a, b):
        """Does it.

        :param int a: The first.
        :param b: Words number 1.
        :returns: Words number 2.
        :rtype: int
        """
        return a
    "
  `);
});

test('a docstring in single quotes and without sections gets them', async () => {
  expect(await improved('python', "def f(a):\n    'Does it.'\n    return a█\n")).toMatchInlineSnapshot(`
    "
    def f(a):
        """Does it.

        Args:
            a: Words number 1.

        Returns:
            Words number 2.
        """
        return a
    "
  `);
});

test('C#, Rust and Doxygen', async () => {
  const csharp = `class A {
    /// <summary>Adds.</summary>
    /// <param name="b">The b.</param>
    /// <remarks>Slow.</remarks>
    int Add(int a, int b) { return a + b; }█
}
`;
  expect(await improved('csharp', csharp)).toMatchInlineSnapshot(`
    "
    class A {
        /// <summary>
        /// Adds.
        /// </summary>
        /// <param name="a">Words number 1.</param>
        /// <param name="b">The b.</param>
        /// <returns>Words number 2.</returns>
        /// <remarks>Slow.</remarks>
        int Add(int a, int b) { return a + b; }
    }
    "
  `);
  const rust = `/// Parses it.
///
/// Slow.
#[inline]
fn parse(text: &str) -> Result<u8, Error> { Ok(1) }█
`;
  expect(await improved('rust', rust)).toMatchInlineSnapshot(`
    "
    /// Parses it.
    ///
    /// Slow.
    ///
    /// # Errors
    ///
    /// Words number 1.
    #[inline]
    fn parse(text: &str) -> Result<u8, Error> { Ok(1) }
    "
  `);
  const c = `/*!
 * \\brief Adds.
 * \\param[in] a The a.
 */
int add(int a, int b);█
`;
  expect(await improved('c', c)).toMatchInlineSnapshot(`
    "
    /**
     * \\brief Adds.
     *
     * \\param[in] a The a.
     * \\param b Words number 1.
     * \\return Words number 2.
     */
    int add(int a, int b);
    "
  `);
});

test('a comment for tools or for readers of the code is not documentation', async () => {
  const code = `// eslint-disable-next-line no-eval
function run(a) {█}
`;
  expect(await improved('javascript', code)).toMatchInlineSnapshot(`
    "
    // eslint-disable-next-line no-eval
    /**
     * Words number 1.
     *
     * @param a - Words number 2.
     */
    function run(a) {}
    "
  `);
});
