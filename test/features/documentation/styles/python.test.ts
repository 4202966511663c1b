// Docstrings, which stand inside the body, in their three styles.
import { expect, test } from 'vitest';
import { show } from '../../../support/documentation';

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
