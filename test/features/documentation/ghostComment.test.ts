import { expect, test } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { beginGhostComment } from '../../../src/features/documentation/ghostComment';
import { countingModel } from '../../support/documentation';
import { parseCursor } from '../../support/markers';

/** The text after acceptance, or undefined when nothing is offered. */
async function ghost(languageId: string, marked: string, fileName = 'file'): Promise<string | undefined> {
  const { text, offset } = parseCursor(marked);
  const begun = await beginGhostComment(
    { languageId, text, fileName, offset, projectTexts: [] },
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
  ['Python', 'python', '"""█"""\nimport os\n', '"""Words number 1."""\n\nimport os\n'],
  [
    'Python, below what stays at the top, with the blank line there',
    'python',
    '#!/usr/bin/env python\r\n"""█\r\n\r\ndef f(a):\r\n    pass\r\n',
    '#!/usr/bin/env python\r\n"""Words number 1."""\r\n\r\ndef f(a):\r\n    pass\r\n',
  ],
  ['TypeScript', 'typescript', '/**█ */\nf();\n', '/** @file Words number 1. */\n\nf();\n'],
  [
    'JavaScript, a blank line above a function',
    'javascript',
    '/**█\n\nfunction f() {}\n',
    '/** @file Words number 1. */\n\nfunction f() {}\n',
  ],
  ['Rust', 'rust', '//!█\nuse std::fs;\n', '//! Words number 1.\n\nuse std::fs;\n'],
  [
    'C',
    'c',
    '/**█\n#include <a.h>\n',
    '/**\n * @file b.h\n * @brief Words number 1.\n */\n\n#include <a.h>\n',
  ],
  ['C++', 'cpp', '///█\n#include <a.h>\n', '/// @file b.h\n/// @brief Words number 1.\n\n#include <a.h>\n'],
  [
    'PHP',
    'php',
    '<?php\n\n/**█\n\nnamespace A;\n',
    '<?php\n\n/**\n * Words number 1.\n */\n\nnamespace A;\n',
  ],
])('where the comment on a file goes: %s', async (_, languageId, marked, expected) => {
  expect(await ghost(languageId, marked, 'b.h')).toBe(`\n${expected}`);
});

test('the package comment of Java', async () => {
  expect(await ghost('java', '/**█\npackage a.b;\n', 'package-info.java')).toBe(
    '\n/**\n * The package a.b.\n */\npackage a.b;\n',
  );
});

test.each([
  ['a documented symbol', 'python', 'def f(a):\n    """█\n    """Has one."""\n'],
  ['text before the mark', 'typescript', 'x /**█\nfunction f() {}\n'],
  ['text after the cursor', 'typescript', '/**█ words\nfunction f() {}\n'],
  ['no symbol below', 'typescript', 'g();\n/**█\nf();\n'],
  ['a blank line between', 'typescript', 'g();\n/**█\n\nfunction f() {}\n'],
  ['a file that has its comment', 'typescript', '/**█\n/** @file Has one. */\n\nf();\n'],
  ['a mark above the licence', 'typescript', '/**█\n/* Licence: MIT */\n\nf();\n'],
  ['an indented mark above the code', 'python', '  """█\nimport os\n'],
  ['the end of a docstring', 'python', '"""Has\none.\n"""█\nimport os\n'],
  ['an empty file', 'python', '"""█'],
  ['a namespace, whose comment C# drops', 'csharp', '///█\nnamespace A\n{\n}\n'],
  ['a file of a language without comments on files', 'csharp', '///█\nusing System;\n'],
  ['a mark for what is below above what takes none', 'rust', '///█\nuse std::fs;\n'],
  ['a mark for the file above a function', 'rust', 'use std::fs;\n\n//!█\nfn f() {}\n'],
  ['a mark of another language', 'rust', '/**█\nfn f() {}\n'],
  ['a language without such marks', 'go', '/**█\nfunc f() {}\n'],
  ['an unknown language', 'markdown', '/**█\nfunction f() {}\n'],
  ['a string inside a body', 'python', 'def f(a):\n    x = 1\n    """█\n    return a\n'],
])('nothing for %s', async (_, languageId, marked) => {
  expect(await ghost(languageId, marked)).toBeUndefined();
});
