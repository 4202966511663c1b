import { expect, test } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { beginGhostComment } from '../../../src/features/documentation/ghostComment';
import { countingModel } from '../../support/documentation';
import { parseCursor } from '../../support/markers';

/** The text after acceptance, or undefined when nothing is offered. */
async function ghost(languageId: string, marked: string): Promise<string | undefined> {
  const { text, offset } = parseCursor(marked);
  const begun = await beginGhostComment(
    { languageId, text, offset, projectTexts: [] },
    countingModel(),
    neverAborted,
  );
  if (begun === undefined) {
    return undefined;
  }
  const comment = await begun.finished;
  const { range } = comment;
  // An editor shows only what continues what has been typed.
  expect(comment.text.startsWith(text.slice(range.start, offset).trimEnd())).toBe(true);
  return `\n${text.slice(0, range.start)}${comment.text}${text.slice(range.end)}`;
}

test('above a method, with the closing mark that the editor put there', async () => {
  expect(await ghost('typescript', 'class A {\n  /**█ */\n  @log() run(a: string): void {}\n}\n'))
    .toMatchInlineSnapshot(`
    "
    class A {
      /**
       * Words number 1.
       *
       * @param a - Words number 2.
       */
      @log() run(a: string): void {}
    }
    "
  `);
});

test('at the start of a Python body, also when nothing else is in it', async () => {
  expect(await ghost('python', 'class A:\n    def f(self, a):\n        """█"""\n        return a\n'))
    .toMatchInlineSnapshot(`
    "
    class A:
        def f(self, a):
            """Words number 1.

            Args:
                a: Words number 2.

            Returns:
                Words number 3.
            """
            return a
    "
  `);
  expect(await ghost('python', "def f(a):\n    '''█\n")).toMatchInlineSnapshot(`
    "
    def f(a):
        '''Words number 1.

        Args:
            a: Words number 2.
        '''
    "
  `);
});

test('/// in Rust, C# and C++', async () => {
  expect(await ghost('rust', '///█\n#[inline]\nfn f(a: u8) {}\n')).toMatchInlineSnapshot(`
    "
    /// Words number 1.
    ///
    /// # Arguments
    ///
    /// * \`a\` - Words number 2.
    #[inline]
    fn f(a: u8) {}
    "
  `);
  expect(await ghost('csharp', 'class A {\n    ///█\n    void F(int a) {}\n}\n')).toMatchInlineSnapshot(`
    "
    class A {
        /// <summary>
        /// Words number 1.
        /// </summary>
        /// <param name="a">Words number 2.</param>
        void F(int a) {}
    }
    "
  `);
  expect(await ghost('cpp', '/// █\nint f(int a);\n')).toMatchInlineSnapshot(`
    "
    /// Words number 1.
    ///
    /// @param a Words number 2.
    /// @return Words number 3.
    int f(int a);
    "
  `);
});

test.each([
  ['a documented symbol', 'python', 'def f(a):\n    """█\n    """Has one."""\n'],
  ['text before the mark', 'typescript', 'x /**█\nfunction f() {}\n'],
  ['text after the cursor', 'typescript', '/**█ words\nfunction f() {}\n'],
  ['no symbol below', 'typescript', '/**█\nf();\n'],
  ['a blank line between', 'typescript', '/**█\n\nfunction f() {}\n'],
  ['a mark of another language', 'rust', '/**█\nfn f() {}\n'],
  ['a language without such marks', 'go', '/**█\nfunc f() {}\n'],
  ['an unknown language', 'markdown', '/**█\nfunction f() {}\n'],
  ['a string inside a body', 'python', 'def f(a):\n    x = 1\n    """█\n    return a\n'],
])('nothing for %s', async (_, languageId, marked) => {
  expect(await ghost(languageId, marked)).toBeUndefined();
});
