import { describe, expect, test } from 'vitest';
import { present } from '../../../src/features/completion/filters/postprocess';
import { placeOf } from '../../../src/features/completion/place';
import { requestAt } from '../../support/completionRequest';
import { parseSuggestion, showSuggestion } from '../../support/markers';

/** Runs the document filters over `before█[suggestion]█after` and shows the accepted text, or the reason for none. */
function filtered(marked: string, languageId = 'typescript', wanted = false): string {
  const { text, offset, suggestion } = parseSuggestion(marked);
  const place = placeOf(requestAt(`${text.slice(0, offset)}█${text.slice(offset)}`, { languageId }));
  const draft = { text: suggestion.replaceAll('\r\n', '\n'), tokens: [] };
  const result = present({ kind: 'draft', draft }, place, {
    singleLine: false,
    wanted,
    minimumConfidence: -2,
  });
  return 'reason' in result ? result.reason : showSuggestion(text, result);
}

describe('brackets (continue #4721, copilot-release #11402 and #12676, vscode #294864, cody #299)', () => {
  test.each([
    ['an auto-closed bracket is replaced by its own', 'foo(█[bar)]█)', 'foo([bar)]'],
    ['one that closes a call of the suggestion is not', 'print(█[len(items)]█)', 'print([len(items)])'],
    ['nor two', 'foo(bar(█[baz(qux(1))]█))', 'foo(bar([baz(qux(1))]))'],
    ['with a call and the rest of the line', 'if (█[isReady()) {]█) {\n}', 'if ([isReady()) {]\n}'],
    ['a call and its outer bracket', 'x = [█[a[0]]]█]', 'x = [[a[0]]]'],
    ['with a semicolon after it', 'foo(█[bar);]█)', 'foo([bar);]'],
    ['both brackets', 'foo([█[1, 2]);]█])', 'foo([[1, 2]);]'],
    ['and the semicolon that is there', 'foo(█[bar);]█);', 'foo([bar);]'],
    ['a bracket that is not reproduced stays', 'foo(█[bar, baz]█)', 'foo([bar, baz])'],
    ['an auto-closed quote', 'import a from "█[fs";]█"', 'import a from "[fs";]'],
    ['a whole line rest', 'if (a█[bc) {]█) {\n}', 'if (a[bc) {]\n}'],
    [
      'a closer too many is cut',
      'const f = (a) => {\n  foo(█[args));]█\n};\n',
      'const f = (a) => {\n  foo([args)]\n};\n',
    ],
    ['a closer of a string is not a bracket', 'foo(█[")"]█)', 'foo([")"])'],
    ['a missing closer is welcome', 'foo(█[bar);]█\n', 'foo([bar);]\n'],
    ['a closer that makes room for an opener', 'call(a█[)(b,]█\n  c)\n', 'call(a[)(b,]\n  c)\n'],
    ['an opener stays', 'if (█[ready) {]█)', 'if ([ready) {]'],
    [
      'a block that the next line closes is not closed twice',
      'function f() {\n  █[return 1;\n}]█\n}\n',
      'function f() {\n  [return 1;]\n}\n',
    ],
    [
      'a block that nothing closes is closed',
      'function f() {\n  █[return 1;\n}]█\n',
      'function f() {\n  [return 1;\n}]\n',
    ],
    [
      'a block filled in before its closer leaves the closer a line',
      '  if (a) {█[\n    b();\n]█}\n',
      '  if (a) {[\n    b();\n  ]}\n',
    ],
    ['a block that brings its closer', 'if (a) {█[\n  b();\n}]█}\n', 'if (a) {[\n  b();\n}]\n'],
    ['a parameter before a return type', 'fn new(█[x: i32]█) -> Self {\n', 'fn new([x: i32]) -> Self {\n'],
    [
      'a return type that is written again',
      'fn new(█[x: i32) -> Self {]█) -> Self {\n',
      'fn new([x: i32) -> Self {]\n',
    ],
    [
      'a return type that is written again in part',
      'fn new(█[x: i32) -> Self]█) -> Self {\n',
      'fn new([x: i32)] -> Self {\n',
    ],
    [
      'another return type than the one there',
      'fn new(█[x: i32) -> Option<Self> {]█) -> Self {\n',
      'fn new([x: i32)] -> Self {\n',
    ],
    ['a statement where a block stands', 'if (a█[bc) return;]█) {\n}', 'if (a[bc)] {\n}'],
    ['two closers before a return type', 'f(g(█[a), b) -> X {]█)) -> X<Y> {\n', 'f(g([a), b)] -> X<Y> {\n'],
    ['broken code is left alone', 'foo)(█[bar)]█\n]', 'foo)([bar)]\n]'],
  ])('%s', (_, marked, expected) => {
    expect(filtered(marked)).toBe(expected);
  });
});

describe('tags that the editor closed', () => {
  test.each([
    ['are replaced by those of the suggestion', '<p>█[Hello</p>]█</p>', '<p>[Hello</p>]'],
    ['stay where the suggestion has none', '<p>█[Hello]█</p>', '<p>[Hello]</p>'],
    ['stay where the suggestion closes its own', '<div>█[<div>a</div>]█</div>', '<div>[<div>a</div>]</div>'],
    ['also with attributes', '<a>█[<a b={() => c} />]█</a>', '<a>[<a b={() => c} />]</a>'],
    ['and with a tag that needs no end', '<p>█[a<br>b</p>]█</p>', '<p>[a<br>b</p>]'],
    ['are found before others', '<li>█[one</li><li>two</li>]█</li>', '<li>[one</li><li>two</li>]'],
    ['with a semicolon after them', 'return <h1>█[Hi</h1>]█</h1>;', 'return <h1>[Hi</h1>];'],
    ['with a semicolon in the suggestion', 'return <h1>█[Hi</h1>;]█</h1>;', 'return <h1>[Hi</h1>;]'],
    ['in a fragment', 'return <>█[<b>Hi</b></>]█</>;', 'return <>[<b>Hi</b></>];'],
    ['with brackets after them', '{a.map((b) => <i>█[{b}</i>]█</i>)}', '{a.map((b) => <i>[{b}</i>])}'],
    ['without content', '<A label="█[Save"/>]█" />', '<A label="[Save"/>]'],
    ['without content, after an attribute', '<A b="█[c" d={e} />]█" />', '<A b="[c" d={e} />]'],
    ['without content, where the suggestion has some', '<A b="█[name">d</A>]█" />', '<A b="[name"] />'],
    ['after a quote', '<p class="█[name"]█"></p>', '<p class="[name"]></p>'],
    ['after a quote, with content', '<p class="█[a">b</p>]█"></p>', '<p class="[a">b</p>]'],
    ['that no other line has', '<p>█[Hi</p>]█\n', '<p>[Hi</p>]\n'],
    ['are no types', 'f<A>(█[b as C<D>)]█)', 'f<A>([b as C<D>)]'],
  ])('%s', (_, marked, expected) => {
    expect(filtered(marked, 'typescriptreact')).toBe(expected);
  });
});

describe('repeats of the document (kilocode #4340, twinny #338, continue #6340, tabnine #1078)', () => {
  test.each([
    ['the next line', 'a = first();\n█[b = second();]█\nb = second();\n', 'repeats-context'],
    [
      'the next line, from its middle',
      'a = 1;\nconst total█[ = sum(a);]█\nconst total = sum(a);',
      'repeats-context',
    ],
    [
      'a nearly equal later line',
      'x\n█[const value = compute(first, second);]█\n\nfoo\nconst value = compute(first, secand);\n',
      'repeats-context',
    ],
    [
      'a similar but different next line',
      'self.█[width = width]█\nself.height = height',
      'self.[width = width]\nself.height = height',
    ],
    ['the line above', 'import a from "a";\n█[import a from "a";]█\n', 'repeats-context'],
    [
      'a line much like the one above',
      'self.width = width\nself.█[height = height]█\n',
      'self.width = width\nself.[height = height]\n',
    ],
    [
      'closing lines repeat everywhere',
      'if a {\n}\nif b {\n  c()\n█[}]█\n',
      'if a {\n}\nif b {\n  c()\n[}]\n',
    ],
  ])('%s', (_, marked, expected) => {
    expect(filtered(marked, 'typescript', true)).toBe(expected);
  });

  test('another function may well begin alike', () => {
    const marked =
      'f() {\n  █[return (cssParser ??= create());]█\n}\ng() {\n  return (cssParsers ??= create());\n}';
    expect(filtered(marked)).toContain('[return (cssParser ??= create());]');
  });

  test('a block ends where it arrives at the line below', () => {
    const marked = 'def f():\n    █[first()\n    second()\n    third()]█\n    second()\n';
    expect(filtered(marked, 'python')).toBe('def f():\n    [first()]\n    second()\n');
  });

  test('an end word of the same block is not written twice', () => {
    const marked = 'def f\n  █[work\nend]█\nend\n';
    expect(filtered(marked, 'ruby')).toBe('def f\n  [work]\nend\n');
  });

  test('an end word of an inner block stays', () => {
    const marked = 'def f\n  if a\n    █[work\n  end]█\nend\n';
    expect(filtered(marked, 'ruby')).toBe('def f\n  if a\n    [work\n  end]\nend\n');
  });

  test('the beginning of what stands right of the cursor is not written twice', () => {
    expect(filtered('foo(█[x, bar]█bar, baz)', 'typescript', true)).toBe('foo([x,]bar, baz)');
  });
});

describe('white space', () => {
  test('lines end as the document ends them', () => {
    expect(filtered('if (a) {\r\n  █[b();\r\n  c();]█\r\n}\r\n')).toBe(
      'if (a) {\r\n  [b();\r\n  c();]\r\n}\r\n',
    );
  });

  test('a file of very many lines is no obstacle', () => {
    const marked = `${'  a();\n'.repeat(140_000)}if (a) {\n  █[b();\n\tc();]█\n}\n`;
    expect(filtered(marked).slice(-40)).toContain('if (a) {\n  [b();\n  c();]\n}\n');
  });

  test('lines far from the cursor do not decide', () => {
    const far = `${'  a();\n'.repeat(100)}${'    b();\n'.repeat(3_000)}`;
    expect(filtered(`${far}if (a) {\n    █[c();\n\td();]█\n}\n`)).toContain('[c();\n    d();]');
  });

  test('a file of tabs gets tabs', () => {
    const marked = 'func f() {\n\tif a {\n\t\t█[b()\n        c()]█\n\t}\n}\n';
    expect(filtered(marked, 'go')).toBe('func f() {\n\tif a {\n\t\t[b()\n\t\tc()]\n\t}\n}\n');
  });

  test('a file of two spaces gets two spaces', () => {
    const marked = 'function f() {\n  a();\n  █[if (b) {\n\t\tc();\n\t}]█\n}\n';
    expect(filtered(marked)).toBe('function f() {\n  a();\n  [if (b) {\n    c();\n  }]\n}\n');
  });

  test('the odd indentation of a documentation comment stays (a fault of Tabby)', () => {
    const marked = 'function f() {\n  a();\n}\n/**\n █[* Adds.\n * @param a one\n */]█\n';
    expect(filtered(marked)).toContain('[* Adds.\n * @param a one\n */]');
  });
});

describe('worth showing', () => {
  test('nothing is nothing', () => {
    expect(filtered('a = 1;█[\n  ]█')).toBe('empty');
  });

  test('two characters are shown only to those who asked', () => {
    expect(filtered('x = a█[;;]█\n')).toBe('empty');
    expect(filtered('x = a█[;;]█\n', 'typescript', true)).toBe('x = a[;;]\n');
  });

  test('a suggestion whose first line is unlikely as a whole is not shown unasked', () => {
    const place = placeOf(requestAt('const a = █'));
    const verdict = (logProbabilities: number[], wanted = false, text = 'abcd') => {
      const tokens = logProbabilities.map((logProbability, index) => ({
        id: index,
        end: index + 1,
        logProbability,
      }));
      const draft = { text, tokens };
      const result = present({ kind: 'draft', draft }, place, {
        singleLine: false,
        wanted,
        minimumConfidence: -2,
      });
      return 'reason' in result ? result.reason : result.confidence;
    };
    expect(verdict([-0.5, -0.25, -0.5, -0.5])).toBe(-1.75);
    expect(verdict([-0.75, -0.5, -0.5, -0.5])).toBe('below-confidence');
    expect(verdict([0, 0, 0, -5.5])).toBe('below-confidence');
    expect(verdict([-9, -9, -9, -9], true)).toBe(-36);
    // What follows the first line does not count against it.
    expect(verdict([-0.5, -0.5, -0.25, -9, -9], false, 'abc\nd')).toBe(-1.25);
    // An empty line says nothing.
    expect(verdict([-0.25, -0.5, -0.25, -0.25, -9, -9], false, '\nabc\nd')).toBe(-1.25);
    expect(verdict([0, -2, -2, -2], false, '\nabc')).toBe('below-confidence');
  });
});
