// What the user says and the signature does not show stays.
import { expect, test } from 'vitest';
import { documented, show } from '../../support/documentation';

async function expectUnchanged(languageId: string, marked: string): Promise<void> {
  expect(await documented(languageId, marked)).toBe(marked.replace('█', ''));
}

test('properties of a parameter stay with it; only a parameter that is not there any more goes', async () => {
  const code = `/**
 * Listens.
 * @template T
 * @param {{ host: string,
 *   port: number }} options - Where.
 * @param {string} options.host - The host.
 * @param {number} gone - Not there any more.
 * @param {number} gone.depth - Nor this.
 */
function listen(options, callback) {█}
`;
  expect(await show('javascript', code)).toMatchInlineSnapshot(`
    "
    /**
     * Listens.
     *
     * @template T
     * @param {{ host: string,
     *   port: number }} options - Where.
     * @param {string} options.host - The host.
     * @param callback - Words number 1.
     */
    function listen(options, callback) {}
    "
  `);
});

test('a destructured or unnamed parameter is called as the user calls it', async () => {
  await expectUnchanged(
    'typescriptreact',
    '/**\n * A card.\n * @param props - What it shows.\n */\nfunction Card({ title, body }: Props) {█}\n',
  );
  await expectUnchanged('c', '/**\n * Adds.\n * @param count How many.\n */\nvoid add(int);█\n');
  const code = `/**
 * A card.
 * @param {object} props - What it shows.
 * @param {string} props.title - The title.
 */
function Card({ title, body }) {█}
`;
  expect(await show('javascript', code)).toMatchInlineSnapshot(`
    "
    /**
     * A card.
     *
     * @param {object} props - What it shows.
     * @param {string} props.title - The title.
     * @param props.body - Words number 1.
     */
    function Card({ title, body }) {}
    "
  `);
});

test('properties that are taken out of an argument may be told by their own names', async () => {
  const code = `/**
 * A card.
 * @param {string} title - The title.
 * @param {string} body: The body.
 */
function Card({ title, body }, depth) {█}
`;
  expect(await show('javascript', code)).toMatchInlineSnapshot(`
    "
    /**
     * A card.
     *
     * @param options - Words number 1.
     * @param {string} title - The title.
     * @param {string} body: The body.
     * @param depth - Words number 2.
     */
    function Card({ title, body }, depth) {}
    "
  `);
});

test('names that the signature leaves open are not stale', async () => {
  const google = `def connect(host, **options):
    """Connects.

    Args:
        timeout: In seconds.
    """█
`;
  expect(await show('python', google)).toMatchInlineSnapshot(`
    "
    def connect(host, **options):
        """Connects.

        Args:
            host: Words number 1.
            **options: Words number 2.
            timeout: In seconds.
        """
    "
  `);
  const rest = '/**\n * @param {string} name - Who.\n */\nfunction greet(greeting, ...names) {█}\n';
  expect(await show('javascript', rest)).toContain(' * @param {string} name - Who.\n');
  const none = '/**\n * @param {string} name - Who.\n */\nfunction greet() {█ return arguments[0]; }\n';
  expect(await show('javascript', none)).toContain(' * @param {string} name - Who.\n');
});

test('errors of what is called stay; one that is thrown here is told once', async () => {
  const java = `/**
 * Adds.
 * @throws IllegalArgumentException If a is below zero.
 * @throws java.io.IOException, on no disk.
 */
int add(int a) { check(a);█ throw new IOException(); }
`;
  expect(await show('java', java)).toMatchInlineSnapshot(`
    "
    /**
     * Adds.
     *
     * @param a Words number 1.
     * @return Words number 2.
     * @throws java.io.IOException, on no disk.
     * @throws IllegalArgumentException If a is below zero.
     */
    int add(int a) { check(a); throw new IOException(); }
    "
  `);
  const typescript = `/**
 * Gets.
 * @throws {@link HttpError} When there is none.
 * @throws {TypeError|RangeError} For a bad one.
 * @throws {TypeError} For another.
 */
function get(url: string): void { throw new HttpError();█ throw new RangeError(); }
`;
  expect(await show('typescript', typescript)).toMatchInlineSnapshot(`
    "
    /**
     * Gets.
     *
     * @param url - Words number 1.
     * @throws {@link HttpError} When there is none.
     * @throws {TypeError|RangeError} For a bad one.
     * @throws {TypeError} For another.
     */
    function get(url: string): void { throw new HttpError(); throw new RangeError(); }
    "
  `);
  const google = `def load(path):
    """Loads.

    Raises:
        OSError: If it cannot.
    """
    return path█
`;
  expect(await show('python', google)).toMatchInlineSnapshot(`
    "
    def load(path):
        """Loads.

        Args:
            path: Words number 1.

        Returns:
            Words number 2.

        Raises:
            OSError: If it cannot.
        """
        return path
    "
  `);
  const numpy = `def load(path):
    """Loads.

    Raises
    ------
    OSError
        If it cannot.

    Notes
    -----
    Slow.
    """
    yield path█
`;
  expect(await show('python', numpy)).toMatchInlineSnapshot(`
    "
    def load(path):
        """Loads.

        Parameters
        ----------
        path
            Words number 1.

        Yields
        ------
            Words number 2.

        Raises
        ------
        OSError
            If it cannot.

        Notes
        -----
        Slow.
        """
        yield path
    "
  `);
  const csharp = `class A {
    /// <summary>Adds.</summary>
    /// <exception cref="System.IO.IOException">On no disk.</exception>
    void Add(int a) {█}
}
`;
  expect(await show('csharp', csharp)).toMatchInlineSnapshot(`
    "
    class A {
        /// <summary>
        /// Adds.
        /// </summary>
        /// <param name="a">Words number 1.</param>
        /// <exception cref="System.IO.IOException">On no disk.</exception>
        void Add(int a) {}
    }
    "
  `);
});

test('what is returned stays where the code does not show that something is', async () => {
  await expectUnchanged('ruby', '# Adds.\n#\n# @return [Integer] the sum\ndef add\n  1\nend█\n');
  const ruby = '# Adds.\n# @return [Integer] the sum\n# @raise [E] never\ndef add(a)\n  a\nend█\n';
  expect(await show('ruby', ruby)).toMatchInlineSnapshot(`
    "
    # Adds.
    #
    # @param a Words number 1.
    # @return [Integer] the sum
    # @raise [E] never
    def add(a)
      a
    end
    "
  `);
  const google = `def load(path):
    """Loads.

    Returns:
        The thing,
        whole.
    """
    raise NotImplementedError█
`;
  expect(await show('python', google)).toMatchInlineSnapshot(`
    "
    def load(path):
        """Loads.

        Args:
            path: Words number 1.

        Returns:
            The thing,
            whole.

        Raises:
            NotImplementedError: Words number 2.
        """
        raise NotImplementedError
    "
  `);
});

test('type parameters stay where the language has none', async () => {
  const code = `<?php
/**
 * Makes.
 *
 * @template T of object
 * @param class-string<T> $class
 */
function make(string $class, $extra) {█}
`;
  expect(await show('php', code)).toMatchInlineSnapshot(`
    "
    <?php
    /**
     * Makes.
     *
     * @template T of object
     * @param class-string<T> $class
     * @param mixed $extra Words number 1.
     */
    function make(string $class, $extra) {}
    "
  `);
  const bare = '/** @template T */\nfunction make(items) {█}\n';
  expect(await show('javascript', bare)).toMatchInlineSnapshot(`
    "
    /**
     * Words number 1.
     *
     * @template T
     * @param items - Words number 2.
     */
    function make(items) {}
    "
  `);
});

test('a comment that takes its words from another one has nothing to add', async () => {
  const method = 'int add(int a) { return a; }█\n';
  await expectUnchanged('csharp', `class A {\n/// <inheritdoc />\n${method}}\n`);
  await expectUnchanged('csharp', `class A {\n/// <include file='a.xml' path='a'/>\n${method}}\n`);
  await expectUnchanged('java', `class A {\n/** {@inheritDoc} */\n${method}}\n`);
  await expectUnchanged('cpp', `/** \\copydoc other */\n${method}`);
  await expectUnchanged('typescript', '/** @inheritdoc */\nfunction add(a: number) {█}\n');
  await expectUnchanged('php', '<?php\n/** @inheritDoc */\nfunction add($a) {█}\n');
});
