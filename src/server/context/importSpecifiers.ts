/**
 * The files that a document imports, as relative paths without a promise that they exist: candidates in the order
 * in which the language would try them, for each import. Only imports that name a file of the project are found;
 * packages and standard libraries are not.
 */
export function findImportCandidates(languageId: string, text: string): readonly (readonly string[])[] {
  const family = families.find(({ languageIds }) => languageIds.includes(languageId));
  if (family === undefined) {
    return [];
  }
  const head = text.slice(0, IMPORT_SECTION_LENGTH);
  const specifiers = family.patterns.flatMap((pattern) =>
    [...head.matchAll(pattern)].map((match) => match[1] ?? ''),
  );
  return [...new Set(specifiers)]
    .map((specifier) => family.candidates(specifier))
    .filter(({ length }) => length > 0);
}

/** Imports stand at the top; a regular expression over a whole large file at each request would cost more than it finds. */
const IMPORT_SECTION_LENGTH = 16_384;

interface Family {
  readonly languageIds: readonly string[];
  readonly patterns: readonly RegExp[];
  readonly candidates: (specifier: string) => readonly string[];
}

const families: readonly Family[] = [
  {
    languageIds: ['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'vue', 'svelte'],
    patterns: [/\bfrom\s*['"](\.[^'"\n]*)['"]/g, /\b(?:require|import)\s*\(?\s*['"](\.[^'"\n]*)['"]/g],
    candidates: (specifier) => {
      const stem = specifier.replace(/\.(?:[cm]?js|jsx)$/, '');
      return [
        specifier,
        ...['.ts', '.tsx', '.d.ts', '.js', '.jsx', '.mjs', '/index.ts', '/index.js'].map((end) => stem + end),
      ];
    },
  },
  {
    languageIds: ['python'],
    patterns: [/^[ \t]*from[ \t]+([.\w]+)[ \t]+import\b/gm, /^[ \t]*import[ \t]+([\w.]+)/gm],
    candidates: pythonCandidates,
  },
  {
    languageIds: ['c', 'cpp', 'objective-c', 'objective-cpp', 'cuda-cpp'],
    patterns: [/^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"/gm],
    candidates: (specifier) => [specifier, `../include/${specifier}`],
  },
  {
    languageIds: ['rust'],
    patterns: [/^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?mod[ \t]+(\w+)[ \t]*;/gm],
    candidates: (specifier) => [`${specifier}.rs`, `${specifier}/mod.rs`],
  },
  {
    languageIds: ['ruby'],
    patterns: [/^[ \t]*require_relative[ \t]*\(?['"]([^'"\n]+)['"]/gm],
    candidates: (specifier) => [`${specifier}.rb`],
  },
  {
    languageIds: ['php'],
    patterns: [
      /\b(?:require|include)(?:_once)?[ \t]*\(?[ \t]*(?:__DIR__[ \t]*\.[ \t]*)?['"]\/?([^'"\n]+)['"]/g,
    ],
    candidates: (specifier) => [specifier],
  },
];

/** `.a.b` is relative to the package; `a.b` may be a sibling of the file or stand one folder up. */
function pythonCandidates(specifier: string): readonly string[] {
  const dotCount = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const path = specifier.slice(dotCount).replaceAll('.', '/');
  if (path === '') {
    return [];
  }
  const bases = dotCount === 0 ? ['', '../'] : ['../'.repeat(dotCount - 1)];
  return bases.flatMap((base) => [`${base}${path}.py`, `${base}${path}/__init__.py`]);
}
