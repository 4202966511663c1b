import { describe, expect, test } from 'vitest';
import { blockEnd } from '../../../src/features/completion/decode/blockEnd';
import { decideShape } from '../../../src/features/completion/decode/shape';
import { completePart, decideStop } from '../../../src/features/completion/decode/stopRules';
import { endsInRepetition } from '../../../src/features/completion/decode/repetition';
import { placeAt } from '../../support/completionRequest';

describe('several lines are suggested only where a block is empty', () => {
  test.each([
    ['typescript', 'function f() {█', true],
    ['typescript', 'function f() {█}', true],
    ['typescript', 'function f() {\n  █\n}', true],
    ['typescript', 'function f() {\n  // adds one\n  █\n}', true],
    ['typescript', 'function f() {\n  █\n  return 1;\n}', false],
    ['typescript', 'const a = █', false],
    ['typescript', 'a\n    ? b\n    : () => {\n        █\n      },', true],
    ['typescript', 'foo({█ a: 1 })', false],
    ['typescript', 'const a = 1;\n█\n', false],
    ['python', 'def f(x):█\n', true],
    ['python', 'def f(x):\n    █\n\ndef g():\n    pass\n', true],
    ['python', 'def f(x):\n    """Doc."""\n    █\n', true],
    ['python', 'def f(x):\n    """Doc.\n\n    More.\n    """\n    █\n', true],
    ['python', 'def f(\n    x,\n) -> int:\n    █\n', true],
    ['python', 'x = {"a":█\n', false],
    ['python', 'def f(x):\n    a = 1\n    █\n', false],
    ['python', 'def f(x):\n    █\n    return x\n', false],
    ['ruby', 'def f(x)\n  █\nend\n', true],
    ['ruby', 'items.each do |item|\n  █\nend\n', true],
    ['lua', 'if a then\n  █\nend\n', true],
    ['fsharp', 'let add a b =\n    █\n', true],
    ['fsharp', 'let add a b = █\n', false],
    ['fsharp', 'if a then\n    █\nelse\n', true],
    ['fsharp', 'let a = 1\n█\n', false],
    ['coffeescript', 'add = (a, b) ->\n  █\n', true],
    ['coffeescript', 'if a\n  █\n', true],
    ['coffeescript', 'if a then b\n█\n', false],
    ['haskell', 'main = do\n  █\n', true],
    ['haskell', 'f x = y\n  where\n    █\n', true],
    ['haskell', 'f x = █\n', false],
    ['vb', 'Public Sub Run()\n    █\nEnd Sub\n', true],
    ['vb', 'If a Then\n    █\nEnd If\n', true],
    ['vb', 'If a Then b = 1\n█\n', false],
    ['vb', 'End Sub\n█\n', false],
    ['yaml', 'steps:\n  █\n', true],
    ['yaml', 'run: |\n  █\n', true],
    ['yaml', 'name: █\n', false],
    ['yaml', 'name: a\n█\n', false],
    ['nim', 'proc f(a: int): int =\n  █\n', true],
    ['pascal', 'begin\n  █\nend.\n', true],
    ['vue', '<script>\nfunction f() {\n  // adds one\n  █\n}\n</script>', true],
  ])('%s: %j', (languageId, marked, multiLine) => {
    expect(decideShape(placeAt(marked, { languageId }), { multiLine: 'automatic' }).multiLine).toBe(
      multiLine,
    );
  });

  test('never, when the user wants single lines', () => {
    expect(decideShape(placeAt('function f() {█}'), { multiLine: 'never' }).multiLine).toBe(false);
  });
});

/** The part of `produced` that belongs to the block at the cursor, or undefined while it is open. */
function blockOf(marked: string, produced: string, languageId = 'typescript', finished = false) {
  const shape = decideShape(placeAt(marked, { languageId }), { multiLine: 'automatic' });
  const end = blockEnd(produced, shape, finished);
  return end === undefined ? undefined : produced.slice(0, end);
}

describe('a block ends', () => {
  const body = 'function f() {\n  █\n';

  test('at its closing bracket', () => {
    expect(blockOf(body, 'a();\n}\n\nfunction g() {')).toBe('a();\n}');
  });

  test('with the punctuation behind the bracket', () => {
    expect(blockOf('it("x", () => {\n  █\n', 'a();\n});\nit("y"')).toBe('a();\n});');
  });

  test('before a branch that follows', () => {
    expect(blockOf('if (a) {\n  █\n', 'b();\n} else {\n')).toBe('b();\n}');
  });

  test('not at brackets inside it, nor at blank lines (continue stops at the first)', () => {
    expect(blockOf(body, 'if (a) {\n    b();\n  }\n\n  c(")");\n')).toBeUndefined();
  });

  test('at a line that stands no deeper than its owner', () => {
    const marked = 'class A:\n    def f(self):\n        █\n';
    expect(blockOf(marked, 'return 1\n\n    def g(self):\n', 'python')).toBe('return 1\n');
    expect(blockOf(marked, 'if a:\n            b()\n        return 1\n', 'python')).toBeUndefined();
  });

  test('not at a body that stands shallower than the end of a long parameter list', () => {
    const marked = 'void f(int a,\n        int b) {\n    █\n}\n';
    expect(blockOf(marked, 'first();\n    second();\n', 'java')).toBeUndefined();
  });

  test('not at white space that may still become a deep line', () => {
    expect(blockOf('def f():\n    █\n', 'return 1\n', 'python')).toBeUndefined();
    expect(blockOf('def f():\n    █\n', 'return 1\n ', 'python')).toBeUndefined();
  });

  test('with the word that closes it', () => {
    expect(blockOf('def f\n  █\n', 'work\nend\n\ndef g', 'ruby')).toBe('work\nend');
    expect(blockOf('def f\n  █\n', 'work\nen', 'ruby')).toBeUndefined();
    expect(blockOf('def f\n  █\n', 'work\nend', 'ruby', true)).toBe('work\nend');
    expect(blockOf('Sub Run()\n  █\n', 'Work()\nEnd S', 'vb')).toBeUndefined();
    expect(blockOf('Sub Run()\n  █\n', 'Work()\nEnd Sub\nSub', 'vb')).toBe('Work()\nEnd Sub');
    expect(blockOf('For i = 1 To 3\n  █\n', 'Work()\nNext\n', 'vb')).toBe('Work()\nNext');
  });
});

/** Feeds `produced` character by character, as tokens come, and gives what is kept when decoding stops. */
function decoded(marked: string, produced: string, languageId = 'typescript'): string | undefined {
  const shape = decideShape(placeAt(marked, { languageId }), { multiLine: 'automatic' });
  for (let length = 1; length <= produced.length; length++) {
    const decision = decideStop({ text: produced.slice(0, length), tokens: [] }, shape);
    if (decision.kind === 'stop') {
      return produced.slice(0, decision.length);
    }
  }
  return undefined;
}

describe('decoding stops', () => {
  test('at the end of a single line', () => {
    expect(decoded('const a = █', 'b + c;\nconst d')).toBe('b + c;');
  });

  test('before the line below', () => {
    const marked = 'def f():\n    █\nprint(f())\n';
    expect(decoded(marked, 'x = 1\n    y = 2\nprint(f())\n', 'python')).toBe('x = 1\n    y = 2');
  });

  test('at the third equal line', () => {
    expect(decoded('function f() {\n  █\n}', 'a();\n  step();\n  step();\n  step();\n')).toBe(
      'a();\n  step();',
    );
  });

  test('after a number of lines', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `  line${index}();`).join('\n');
    expect(decoded('function f() {\n  █\n}', lines)?.split('\n')).toHaveLength(17);
  });
});

describe("Copilot's repetition table", () => {
  const repeat = (pattern: number[], count: number) => Array.from({ length: count }, () => pattern).flat();

  test.each([
    ['one token ten times', repeat([7], 10), true],
    ['one token nine times', repeat([7], 9), false],
    ['three tokens ten times', [1, 2, 3, ...repeat([4, 5, 6], 10)], true],
    ['three tokens three times', repeat([4, 5, 6], 3), false],
    ['twenty different tokens and again', repeat([...Array(20).keys()], 3), true],
    ['ordinary text', [...Array(70).keys()], false],
    ['a repetition that is over', [...repeat([7], 20), ...Array(30).keys()], false],
  ])('%s', (_, ids, repeated) => {
    expect(endsInRepetition(ids)).toBe(repeated);
  });
});

test('at the deadline whole lines are kept, and of a single line all or nothing', () => {
  const part = (marked: string, text: string) => {
    const shape = decideShape(placeAt(marked), { multiLine: 'automatic' });
    return text.slice(0, completePart({ text, tokens: [] }, shape, 'deadline'));
  };
  expect(part('function f() {\n  █\n}', 'a();\n  b();\n  c(')).toBe('a();\n  b();');
  expect(part('const a = █', 'b + ')).toBe('');
});

describe('a line that is cut off by the token limit ends where something ends', () => {
  test.each([
    ['before the argument that was not finished', 'call(first, second(1), thi', 'call(first, second(1)'],
    ['after a closed bracket', 'load(path).then(show).fin', 'load(path).then(show)'],
    ['after a statement', 'a = 1; b = so', 'a = 1;'],
    ['after a string', '"one" + "two" + thr', '"one" + "two"'],
    ['not inside a string', 'log("first, second, thi', ''],
    ['after a sentence', 'Reads it. Then, when all is wel', 'Reads it. Then'],
    ['an apostrophe is no string', "the user's file. It is rea", "the user's file."],
    ['lifetimes are no strings', "&'a str, right: &'b st", "&'a str"],
    ['nothing where nothing ends', 'someVeryLongName + anotherVeryLong', ''],
  ])('%s', (_, produced, kept) => {
    const shape = decideShape(placeAt('const a = █'), { multiLine: 'automatic' });
    const draft = { text: produced, tokens: [] };
    expect(produced.slice(0, completePart(draft, shape, 'limit'))).toBe(kept);
    expect(completePart(draft, shape, 'model')).toBe(produced.length);
  });
});
