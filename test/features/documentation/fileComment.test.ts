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
    'below a tag that names the licence',
    '/** @license MIT */\nrun();█\n',
    '/** @license MIT */\n/** @file Words number 1. */\n\nrun();\n',
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

test('who made it and how it is called is no summary: the model is asked for what the file provides', async () => {
  for (const reply of [
    ' Ada Byron.',
    ' Created by ada on 2017/10/15.',
    ' Usage: ruby a.rb.',
    ' frozen_string_literal: true',
  ]) {
    const replies = [reply, ' shapes and their areas.'];
    const model = countingModel({ reply: () => replies.shift() ?? '' });
    const of = await documented('ruby', "require 'a'█\n", { model });
    expect(of).toBe("# Provides shapes and their areas.\n\nrequire 'a'\n");
  }
});

test('the model sees the code below the comment', async () => {
  const model = countingModel();
  await documented('python', 'import os\nx = 1█\n', { model });
  expect(model.prompts).toEqual(['<|fim_prefix|><|fim_suffix|>\n\nimport os\nx = 1\n<|fim_middle|>"""']);
});

const cHead = '/**\n * @file shape.h\n * @brief Words number 1.\n */\n\n';

test.each([
  ['above the includes', '█#include <math.h>\n', `${cHead}#include <math.h>\n`],
  [
    'below a licence, above the guard',
    '/* Copyright 2026 */\n#ifndef SHAPE_H█\n#define SHAPE_H\nint area(int r);\n#endif\n',
    `/* Copyright 2026 */\n\n${cHead}#ifndef SHAPE_H\n#define SHAPE_H\nint area(int r);\n#endif\n`,
  ],
  [
    'above the comment of a function',
    '// SPDX-License-Identifier: MIT\n\n/** Adds. */\nint add(int a);\n█\n',
    `// SPDX-License-Identifier: MIT\n\n${cHead}/** Adds. */\nint add(int a);\n\n`,
  ],
  [
    'in the marks of the file, with its line ends',
    '#pragma once█\r\n\r\n/// \\brief Adds.\r\nint add(int a);\r\n',
    '/// \\file shape.h\r\n/// \\brief Words number 1.\r\n\r\n#pragma once\r\n\r\n/// \\brief Adds.\r\nint add(int a);\r\n',
  ],
  [
    'completed in a guard, with what it says of other things',
    '#ifndef A_H█\n#define A_H\n/**\n * @file a.h\n * @author Ada\n */\n#include <a>\n#endif\n',
    '#ifndef A_H\n#define A_H\n/**\n * @file a.h\n * @brief Words number 1.\n * @author Ada\n */\n#include <a>\n#endif\n',
  ],
  [
    'completed where it holds the licence',
    '/**\n * @file a.h\n *\n * Copyright 2026 Ada\n */\n\nint a█;\n',
    '/**\n * @file a.h\n * @brief Words number 1.\n *\n * Copyright 2026 Ada\n */\n\nint a;\n',
  ],
  [
    'named as that of the file',
    '/**\n * Shapes.\n *\n * And more.\n */\n\n#include <a>█\n',
    '/**\n * @file shape.h\n * Shapes.\n *\n * And more.\n */\n\n#include <a>\n',
  ],
])('C and C++, %s', async (_, marked, expected) => {
  expect(await documented('c', marked, { fileName: 'shape.h' })).toBe(expected);
  expect(await documented('cpp', marked, { fileName: 'shape.h' })).toBe(expected);
});

test.each([
  '/** @file\n * @brief Has one.\n */\nint a█;\n',
  '/// @file a.h\n/// Has one.\n\nint a█;\n',
  '/*!\n  \\file a.h\n  Has one.\n*/\nint a█;\n',
])('C and C++, no second comment: %j', async (marked) => {
  expect(await documented('cpp', marked)).toBe(marked.replace('█', ''));
});

test('a file name that would end the comment is left out of it', async () => {
  const of = (fileName: string) => documented('c', 'int a█;\n', { fileName });
  expect(await of('a\nb.c')).toContain(' * @file\n');
  expect(await of('a b-ü+.c')).toContain(' * @file a b-ü+.c\n');
});

test('the comment on a C file is not that of the function below it', async () => {
  const text = '/** @file a.c Sums. */\nint add(int a) { return█ a; }\n';
  expect(await documented('c', text)).toMatchInlineSnapshot(`
    "/** @file a.c Sums. */
    /**
     * Words number 1.
     *
     * @param a Words number 2.
     * @return Words number 3.
     */
    int add(int a) { return a; }
    "
  `);
});

const phpBlock = '/**\n * Words number 1.\n */\n\n';

test.each([
  [
    'below the tag, above the declarations',
    '<?php\n\ndeclare(strict_types=1);█\n\nnamespace A;\n\nfunction f() {}\n',
    `<?php\n\n${phpBlock}declare(strict_types=1);\n\nnamespace A;\n\nfunction f() {}\n`,
  ],
  ['set off from the tag', '<?php\nnamespace A;█\n', `<?php\n\n${phpBlock}namespace A;\n`],
  [
    'below a tag that shares its line with a declaration, and a licence',
    '<?php declare(strict_types=1);█\n\n/* (c) 2026 Ada */\n\nnamespace A;\n',
    `<?php declare(strict_types=1);\n\n/* (c) 2026 Ada */\n\n${phpBlock}namespace A;\n`,
  ],
  ['off the line of the tag', '<?php echo 1;█\n', `<?php\n\n${phpBlock}echo 1;\n`],
  [
    'below a shebang and a licence, with the line ends of the file',
    '#!/usr/bin/env php\r\n<?php\r\n/* Copyright 2026 */\r\n\r\nuse A\\B;█\r\n',
    `#!/usr/bin/env php\r\n<?php\r\n/* Copyright 2026 */\r\n\r\n${phpBlock.replaceAll('\n', '\r\n')}use A\\B;\r\n`,
  ],
  [
    'below a licence in the marks of a docblock',
    '<?php\n/**\n * This file is part of A.\n *\n * (c) 2026 Ada, see the LICENSE file\n */\n\nnamespace A;█\n',
    `<?php\n/**\n * This file is part of A.\n *\n * (c) 2026 Ada, see the LICENSE file\n */\n\n${phpBlock}namespace A;\n`,
  ],
  [
    'above the comment of a class',
    '<?php\n\n/** A class. */\nclass A {}\n█\n',
    `<?php\n\n${phpBlock}/** A class. */\nclass A {}\n\n`,
  ],
  [
    'above the type of a variable',
    '<?php\n\n/** @var A $a */\n$a = f();█\n',
    `<?php\n\n${phpBlock}/** @var A $a */\n$a = f();\n`,
  ],
  [
    'completed where it has only tags',
    '<?php\n/**\n * @package A\n * @license MIT\n */\n\nnamespace A;█\n',
    '<?php\n/**\n * Words number 1.\n *\n * @package A\n * @license MIT\n */\n\nnamespace A;\n',
  ],
  [
    'in an empty one, below a licence with tags',
    '<?php\n/*\n * @license MIT License\n */\n\n/**\n */\n\nnamespace A;█\n',
    `<?php\n/*\n * @license MIT License\n */\n\n${phpBlock}namespace A;\n`,
  ],
])('PHP, %s', async (_, marked, expected) => {
  expect(await documented('php', marked)).toBe(expected);
});

test.each([
  '<?php\n/**\n * Has one.\n *\n * @license MIT\n * @copyright 2026 Ada\n */\n\nnamespace A;█\n',
  '<?php\n\n/** Has one. */\nnamespace A;█\n',
  '<?php\n\n/**\n * @file\n * Has one.\n */\n\n$a = 1;█\n',
])('PHP, no second comment: %j', async (marked) => {
  expect(await documented('php', marked)).toBe(marked.replace('█', ''));
});

test('PHP: a page that begins with markup is no module', async () => {
  await expect(documented('php', '<html>█\n<?php echo 1; ?>\n</html>\n')).rejects.toMatchObject({
    code: 'no-symbol',
  });
});

test.each([
  ['above the first line', "require 'set'█\n", "# Words number 1.\n\nrequire 'set'\n"],
  [
    'below shebang and magic comments, above the comment of a class',
    '#!/usr/bin/env ruby\n# frozen_string_literal: true\n# A class.\nclass A\nend\n█\n',
    '#!/usr/bin/env ruby\n# frozen_string_literal: true\n\n# Words number 1.\n\n# A class.\nclass A\nend\n\n',
  ],
  [
    'apart from a licence, with the line ends of the file',
    "# encoding: utf-8\r\n\r\n# Copyright 2026 Ada\r\n# MIT License\r\nrequire 'set'█\r\n",
    "# encoding: utf-8\r\n\r\n# Copyright 2026 Ada\r\n# MIT License\r\n\r\n# Words number 1.\r\n\r\nrequire 'set'\r\n",
  ],
  ['above a remark', '# Where it lies.\nROOT = 1█\n', '# Words number 1.\n\n# Where it lies.\nROOT = 1\n'],
])('Ruby, %s', async (_, marked, expected) => {
  expect(await documented('ruby', marked)).toBe(expected);
});

test.each([
  '# frozen_string_literal: true\n\n# Has one.\n# And more.\n\nmodule A\nend\n█\n',
  "# frozen_string_literal: true\n# Checks license keys.\nrequire 'set'█\n",
  '=begin\nHas one.\n=end\n\nputs 1█\n',
])('Ruby, no second comment: %j', async (marked) => {
  expect(await documented('ruby', marked)).toBe(marked.replace('█', ''));
});

test.each([
  [
    'above the package in its own file',
    '/* Copyright 2026 */\n\n@NonNull\npackage a.b;█\n',
    '/* Copyright 2026 */\n\n/**\n * The package a.b.\n */\n@NonNull\npackage a.b;\n',
  ],
  [
    'apart from a licence',
    '/** Copyright 2026 Ada */\npackage a.b;█\n',
    '/** Copyright 2026 Ada */\n\n/**\n * The package a.b.\n */\npackage a.b;\n',
  ],
  [
    'completed where it has only tags',
    '/**\n * @since 2\n */\npackage a.b;█\n',
    '/**\n * The package a.b.\n *\n * @since 2\n */\npackage a.b;\n',
  ],
  ['but not a second one', '/** Has one. */\npackage a.b;█\n', '/** Has one. */\npackage a.b;\n'],
])('Java, %s', async (_, marked, expected) => {
  expect(await documented('java', marked, { fileName: 'package-info.java' })).toBe(expected);
});

test('Java: above the only type of a file, the comment is that of the type', async () => {
  const text =
    '/* Copyright 2026 */\n\npackage a;█\n\nimport b.C;\n\n@Deprecated\nclass A {\n  class Inner {}\n}\n';
  expect(await documented('java', text)).toBe(
    text.replace('█', '').replace('@Deprecated', '/**\n * Words number 1.\n */\n@Deprecated'),
  );
});

test.each([
  ['Java, above two types', 'java', 'package a;█\nclass A {}\nclass B {}\n', /package-info\.java/],
  ['Java, below the type', 'java', 'class A {}\n\n█\n', /package-info\.java/],
  ['C#, above a class', 'csharp', 'using System;█\nnamespace A;\nclass B {}\n', /in a class/],
  ['C#, in a namespace', 'csharp', 'namespace A\n{\n█\n  class B {}\n}\n', /in a class/],
])('%s: says that there is no such comment, and what to do', async (_, languageId, marked, advice) => {
  await expect(documented(languageId, marked)).rejects.toMatchObject({
    code: 'no-symbol',
    advice: expect.stringMatching(advice) as string,
  });
});

test('C#: a whole file’s comments leave the namespace alone', async () => {
  expect(await documented('csharp', 'namespace A\n{\n    class B {}\n}\n')).toBe(
    'namespace A\n{\n    /// <summary>\n    /// Words number 1.\n    /// </summary>\n    class B {}\n}\n',
  );
});

test.each([
  ['python', '# Copyright 2026\nx = 1\n'],
  ['typescript', "#!/usr/bin/env node\n// Copyright 2026\nimport a from 'a';\n"],
  ['rust', '// SPDX-License-Identifier: MIT\nuse std::fs;\n'],
  ['go', '// Copyright 2026\npackage a\n'],
  ['c', '// Copyright 2026\n#include <a>\n'],
  ['cpp', '/// Copyright 2026\n#pragma once\n\n/// Adds.\nint add();\n'],
  ['php', '<?php\n// Copyright 2026\nnamespace A;\n'],
  ['ruby', '# frozen_string_literal: true\n# Copyright 2026\nclass A\nend\n'],
])('%s: written once, below a licence that adjoins the code, and found again', async (languageId, text) => {
  for (const eol of ['\n', '\r\n']) {
    const marked = `${text}█`.replaceAll('\n', eol);
    const once = await documented(languageId, marked);
    expect(once).toMatch(/Copyright[^]*Words number 1|SPDX[^]*Words number 1/);
    expect(once.replaceAll(eol, '')).not.toMatch(/[\r\n]/);
    expect(await documented(languageId, `${once}█`)).toBe(once);
  }
});
