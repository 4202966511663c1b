import { expect, test } from 'vitest';
import { findImportCandidates } from '../../src/server/context/importSpecifiers';

/** The first candidate of each import. */
function check(languageId: string, text: string): readonly string[] {
  return findImportCandidates(languageId, text).map((candidates) => candidates[0] ?? '');
}

test('TypeScript and JavaScript: relative modules, with the ending that the source has', () => {
  const text = [
    "import { a } from './a';",
    "import type { B } from '../b.js';",
    "import fs from 'node:fs';",
    'export * from "./c";',
    "const d = require('./d');",
    "import './side-effect.css';",
    "const lazy = await import('./lazy');",
  ].join('\n');
  expect(check('typescript', text)).toEqual(['./a', '../b.js', './c', './d', './side-effect.css', './lazy']);
  expect(findImportCandidates('typescript', "import { b } from './b.js'")[0]).toContain('./b.ts');
});

test('Python: packages by dots, siblings by name', () => {
  const text = 'import os\nfrom .models import User\nfrom ..core.db import connect\nfrom . import views\n';
  expect(findImportCandidates('python', text)).toEqual([
    ['models.py', 'models/__init__.py'],
    ['../core/db.py', '../core/db/__init__.py'],
    ['os.py', 'os/__init__.py', '../os.py', '../os/__init__.py'],
  ]);
});

test('C: quoted includes only; Rust: modules; Ruby and PHP: relative files', () => {
  expect(check('c', '#include <stdio.h>\n#include "list.h"\n')).toEqual(['list.h']);
  expect(check('rust', 'mod parser;\npub(crate) mod lexer;\nmod inline { }\n')).toEqual([
    'parser.rs',
    'lexer.rs',
  ]);
  expect(check('ruby', "require 'json'\nrequire_relative 'lib/tool'\n")).toEqual(['lib/tool.rb']);
  expect(check('php', "<?php require_once __DIR__ . '/db.php';")).toEqual(['db.php']);
});

test('a language without file imports has none', () => {
  expect(check('plaintext', "import './a'")).toEqual([]);
});
