import { expect, test } from 'vitest';
import { refusalFor } from '../../../src/features/completion/ask/shouldAsk';
import { requestAt } from '../../support/completionRequest';
import { parseCursor } from '../../support/markers';

const reasonAt = (...request: Parameters<typeof requestAt>) => refusalFor(requestAt(...request))?.reason;

test.each([
  ['at the end of a line', 'const a = █\n', undefined],
  ['before a bracket the editor closed', 'print(█)', undefined],
  ['before closing punctuation and an opener', 'if (a█) {\n}', undefined],
  ['before trailing white space', 'const a =█  \n', undefined],
  ['inside a word', 'con█st a = 1', 'inside-word'],
  ['before a letter outside ASCII', 'gr█ößer', 'inside-word'],
  ['before a letter outside the basic plane', 'x = █𝒳', 'inside-word'],
  ['before a return type and a block', 'fn new(█) -> Self {\n}', undefined],
  ['before a return type without a block', 'fn get(&self, █) -> impl Iterator<Item = (u8, T)>;', undefined],
  ['before a return type and a colon', 'def f(a, █) -> dict[str, int]:\n', undefined],
  ['before a type annotation and a block', 'async load(█): Promise<void> {', undefined],
  ['before a type annotation and an arrow', 'const f = (█): string => {', undefined],
  ['before an arrow', 'items.map((█) => ', undefined],
  ['before result types without a mark', 'func load(█) (int, error) {', undefined],
  ['before what a method throws', 'void load(█) throws IOException {', undefined],
  ['before modifiers', 'int size(█) const noexcept {', undefined],
  ['between tags', '<p>█</p>', undefined],
  ['between several tags', '<li><a.b>█</a.b></li>', undefined],
  ['in a fragment', 'return <>█</>;', undefined],
  ['between tags of an expression', 'return <h1>█</h1>;', undefined],
  ['between tags of an argument', '{items.map((item) => <li>█</li>)}', undefined],
  ['in an attribute of a tag without content', '<Button label="█" />', undefined],
  ['the same without a space', '<img src="█"/>', undefined],
  ['in an attribute of a tag that is closed', '<p class="█"></p>', undefined],
  ['before text of a tag', '<p>█ there</p>', 'text-after-cursor'],
  ['before an attribute', '<p class="█" id="a">', 'text-after-cursor'],
  ['before a tag', '<p>█<b></b></p>', 'text-after-cursor'],
  ['before the rest of a condition', 'if (has(█) && ready) {', 'text-after-cursor'],
  ['before a comparison', 'if (size(█) < limit) {', 'text-after-cursor'],
  ['before more of the call chain', 'load(█).then(show);', 'text-after-cursor'],
  ['before an argument', 'foo(█, bar)', 'text-after-cursor'],
  ['before an operator', 'a █+ b', 'text-after-cursor'],
])('%s', (_, marked, reason) => {
  expect(reasonAt(marked)).toBe(reason);
});

// A pattern that tries every way to share them out takes a minute.
test('many spaces right of the cursor do not hold the server up', { timeout: 10_000 }, () => {
  expect(reasonAt(`a █${' '.repeat(4000)}+ b`)).toBe('text-after-cursor');
});

test('a manual trigger overrides the courtesy rules', () => {
  expect(reasonAt('con█st a = 1', { trigger: 'manual' })).toBeUndefined();
});

test('CRLF is not text after the cursor', () => {
  expect(reasonAt('const a = █\r\nconst b = 2')).toBeUndefined();
});

test('minified, binary and huge documents are technical limits, also for a manual trigger', () => {
  const reason = (marked: string) => reasonAt(marked, { trigger: 'manual' });
  expect(reason(`${'a;'.repeat(3_000)}█`)).toBe('document-too-large');
  expect(reason('PNG\0\0█')).toBe('document-too-large');
  expect(reason(`${'a = 1;\n'.repeat(150_000)}█`)).toBe('document-too-large');
  expect(reason(`${'a = 1;\n'.repeat(2_000)}█`)).toBeUndefined();
});

test.each([
  ['typescript', '// hello █', 'comment'],
  ['typescript', 'foo(); /* a\n * b █', 'comment'],
  ['typescript', '/* a */ foo(█', 'code'],
  ['typescript', 'const url = "http://a.b"; x = █', 'code'],
  ['typescript', 'const a = "it█"', 'string'],
  ['typescript', 'const a = `line\n two █', 'string'],
  ['typescript', 'const a = "escaped \\" quote"; b = █', 'code'],
  ['typescript', "// don't\nx = █", 'code'],
  ['typescript', 'const broken = "no end\nx = █', 'code'],
  ['python', '# note █', 'comment'],
  ['python', 'def f():\n    """Docs\n    more █', 'string'],
  ['python', 'def f():\n    """Docs"""\n    x = █', 'code'],
  ['python', "s = '#' + █", 'code'],
  ['rust', "fn f<'a>(x: &'a str) { █", 'code'],
  ['lua', '--[[ long\n comment █', 'comment'],
  ['go', 'x := `raw \\` + █', 'code'],
  ['plaintext', "it's // not a comment █", 'code'],
  ['rust', "let quote = '\"'; x = █", 'code'],
  ['rust', "let quote = '\\''; // █", 'comment'],
  ['rust', 'let s = "two\\n lines █', 'string'],
  ['typescript', 'const a = b.replace(/\\/*$/, c); x = █', 'code'],
  ['typescript', 'const a = /[/*]/;\nx = █', 'code'],
  ['typescript', 'return /"/.test(a) && █', 'code'],
  ['typescript', 'const half = a / 2; // b / █', 'comment'],
  ['typescript', 'f(a /* b */, █', 'code'],
  ['typescriptreact', 'return (\n  <a>it</a> /* █', 'comment'],
  ['fsharp', '// note █', 'comment'],
  ['fsharp', '(* note █', 'comment'],
  ['fsharp', "let quote = '\"' █", 'code'],
  ['clojure', '; note █', 'comment'],
  ['clojure', '(def quote \\" █', 'code'],
  ['vb', "a = 1 ' note █", 'comment'],
  ['vb', 'REM note █', 'comment'],
  ['bat', 'rem note █', 'comment'],
  ['bat', ':: note █', 'comment'],
  ['bat', 'echo lorem █', 'code'],
  ['ini', '; note █', 'comment'],
  ['ini', 'a = b;c#d █', 'code'],
  ['objective-cpp', '// note █', 'comment'],
  ['cuda-cpp', '/* note █', 'comment'],
  ['coffeescript', '# note █', 'comment'],
  ['coffeescript', '###\nnote █', 'comment'],
  ['latex', '% note █', 'comment'],
  ['latex', '100 \\% of █', 'code'],
  ['haskell', '-- note █', 'comment'],
  ['haskell', "f' = \"it's █", 'string'],
  ['terraform', '# note █', 'comment'],
  ['dockercompose', '# note █', 'comment'],
  ['yaml', 'url: a#b █', 'code'],
  ['shellscript', 'echo $# █', 'code'],
  ['proto3', '// note █', 'comment'],
  ['graphql', '# note █', 'comment'],
  ['razor', '@* note █', 'comment'],
  ['sass', '// note █', 'comment'],
  ['vue', "<p>don't</p>\n<script>\n// note █", 'comment'],
  ['vue', '<script setup lang="ts">\nconst a = "█', 'string'],
  ['svelte', '<script>a();</script>\n<p>// no note █', 'code'],
  ['html', '<style>/* note █', 'comment'],
  ['html', '<style></style><!-- note █', 'comment'],
])('scope in %s: %s', (languageId, marked, scope) => {
  const options = { inComments: false, inStrings: false };
  const expected = scope === 'code' ? undefined : `in-${scope}`;
  expect(reasonAt(marked, { languageId, options })).toBe(expected);
});

test('long texts of what may begin a literal do not hold the server up', { timeout: 10_000 }, () => {
  const options = { inComments: false, inStrings: false };
  const reasonIn = (languageId: string, text: string) => reasonAt(`${text}█`, { languageId, options });
  expect(reasonIn('typescript', `(${' '.repeat(4_000)}/\n`.repeat(50))).toBeUndefined();
  expect(reasonIn('typescript', `${'=/['.repeat(1_600)}\n`.repeat(200))).toBeUndefined();
  expect(reasonIn('typescript', `${'a = /b/.test(c); // d\n'.repeat(30_000)}`)).toBeUndefined();
  expect(reasonIn('rust', "'".repeat(4_000))).toBeUndefined();
});

test('comments stay on unless they are switched off', () => {
  expect(reasonAt('// hello █')).toBeUndefined();
  expect(reasonAt('// hello █', { options: { inComments: false, inStrings: true } })).toBe('in-comment');
});

test('the suggest widget must hold an item that begins with the typed text', () => {
  const marked = 'foo.len█';
  const { offset } = parseCursor(marked);
  const replace = { start: offset - 3, end: offset };
  expect(reasonAt(marked, { selectedCompletion: { text: 'length', replace } })).toBeUndefined();
  expect(reasonAt(marked, { selectedCompletion: { text: 'getLength', replace } })).toBe(
    'disagrees-with-suggest-widget',
  );
});
