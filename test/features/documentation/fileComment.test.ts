import { expect, test } from 'vitest';
import { countingModel, documented } from '../../support/documentation';

/** What is written at a place outside every symbol, on the file as a whole. */
const ofFile = (languageId: string, marked: string) => documented(languageId, marked);

test.each([
  [
    'in place of the first import',
    'import█ os\n\n\ndef f(a):\n    pass\n',
    '"""Words number 1."""\n\nimport os\n',
  ],
  ['on a blank first line', '█\nimport os\n', '\n"""Words number 1."""\n\nimport os\n'],
  [
    'after what stays at the top',
    '#!/usr/bin/env python\n# Copyright 2026\nx = 1█\n',
    '#!/usr/bin/env python\n# Copyright 2026\n"""Words number 1."""\n\nx = 1\n',
  ],
  [
    'before a remark on the first statement',
    '# Where it lies.\nROOT = 1█\n',
    '"""Words number 1."""\n\n# Where it lies.\nROOT = 1\n',
  ],
  [
    'with the line ends of the file',
    'x = 1█\r\ny = 2\r\n',
    '"""Words number 1."""\r\n\r\nx = 1\r\ny = 2\r\n',
  ],
  ['but not a second one', '"""Has one."""\nx = 1█\n', '"""Has one."""\nx = 1\n'],
])('Python, %s', async (_, marked, expected) => {
  expect((await ofFile('python', marked)).slice(0, expected.length)).toBe(expected);
});

test.each([
  ['above the imports', "import a from 'a';█\n", "/** @file Words number 1. */\n\nimport a from 'a';\n"],
  [
    'below a licence, above the comment of a function',
    '/* Licence: MIT */\n\n/** Adds. */\nexport function add(a) {}\n\nrun();█\n',
    '/* Licence: MIT */\n\n/** @file Words number 1. */\n\n/** Adds. */\nexport function add(a) {}\n\nrun();\n',
  ],
  [
    'after a shebang',
    '#!/usr/bin/env node\nrun();█\n',
    '#!/usr/bin/env node\n/** @file Words number 1. */\n\nrun();\n',
  ],
  [
    'but not a second one',
    '/**\n * @fileoverview Has one.\n */\nrun();█\n',
    '/**\n * @fileoverview Has one.\n */\nrun();\n',
  ],
])('JavaScript and TypeScript, %s', async (_, marked, expected) => {
  expect(await ofFile('typescript', marked)).toBe(expected);
  expect(await ofFile('javascript', marked)).toBe(expected);
});

test.each([
  ['above the first item', 'use std::fs;█\n', '//! Words number 1.\n\nuse std::fs;\n'],
  [
    'below a licence, above the attributes',
    '// SPDX-License-Identifier: MIT\n#![no_std]█\n',
    '// SPDX-License-Identifier: MIT\n//! Words number 1.\n\n#![no_std]\n',
  ],
  [
    'but not a second one',
    '//! Has one.\n//! And more.\n\nuse std::fs;█\n',
    '//! Has one.\n//! And more.\n\nuse std::fs;\n',
  ],
])('Rust, %s', async (_, marked, expected) => {
  expect(await ofFile('rust', marked)).toBe(expected);
});

test.each([
  [
    'directly above the package clause',
    '//go:build linux\n\npackage shapes█\n\nfunc Area() {}\n',
    '//go:build linux\n\n// Package shapes Words number 1.\npackage shapes\n\nfunc Area() {}\n',
  ],
  ['but not a second one', '// Package a has one.\npackage a█\n', '// Package a has one.\npackage a\n'],
])('Go, %s', async (_, marked, expected) => {
  expect(await ofFile('go', marked)).toBe(expected);
});

test('words under the threshold give way to what the file defines', async () => {
  const unsure = () => countingModel({ logProbability: () => -9 });
  const of = (languageId: string, marked: string) => documented(languageId, marked, { model: unsure() });
  expect(
    await of(
      'python',
      'import os█\n\ndef area(r):\n    pass\n\nclass Shape:\n    def f(self):\n        pass\n',
    ),
  ).toMatch(/^"""Defines area and Shape\."""\n/);
  expect(await of('go', 'package a█\n\nfunc A() {}\nfunc B() {}\nfunc C() {}\nfunc D() {}\n')).toMatch(
    /^\/\/ Package a defines A, B, C and 1 more\.\n/,
  );
  expect(await of('javascript', 'run();█\n')).toMatch(/@file Top-level code\./);
});

test('the model sees the code below the comment', async () => {
  const model = countingModel();
  await documented('python', 'import os\nx = 1█\n', { model });
  expect(model.prompts).toEqual(['<|fim_prefix|><|fim_suffix|>\n\nimport os\nx = 1\n<|fim_middle|>"""']);
});
