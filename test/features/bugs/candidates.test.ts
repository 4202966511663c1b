import { describe, expect, test } from 'vitest';
import { languageFamily } from '../../../src/features/bugs/candidates/edit';
import { enumerateEdits } from '../../../src/features/bugs/candidates/enumerate';
import type { SlipKind } from '../../../src/features/bugs/types';
import { outermostFunctions } from '../../../src/syntax/functionNodes';
import { withTree } from '../../../src/syntax/parser';

/**
 * The edits of some kinds in all functions of a text. Notation: the line with `[found → expected]` at the place of
 * the edit; edits of one place share a line, `[< → <= | >]`.
 */
async function edits(languageId: string, text: string, ...kinds: SlipKind[]): Promise<string[]> {
  const family = languageFamily(languageId);
  if (family === undefined) {
    throw new Error(`${languageId} is not checked`);
  }
  const found = await withTree(languageId, text, (tree) =>
    outermostFunctions(tree, [{ start: 0, end: text.length }], 10_000).flatMap(({ node }) =>
      enumerateEdits(family, text, node),
    ),
  );
  const places = new Map<string, string>();
  for (const { kind, range, found: from, expected } of found ?? []) {
    if (!kinds.includes(kind)) {
      continue;
    }
    const lineStart = text.lastIndexOf('\n', range.start - 1) + 1;
    const lineEnd = text.indexOf('\n', range.end);
    const head = `${text.slice(lineStart, range.start).trimStart()}[${from} → `;
    const tail = `]${text.slice(range.end, lineEnd < 0 ? undefined : lineEnd)}`;
    const key = `${range.start} ${range.end}`;
    const before = places.get(key);
    places.set(
      key,
      before === undefined ? head + expected + tail : `${before.slice(0, -tail.length)} | ${expected}${tail}`,
    );
  }
  return [...places.values()];
}

describe('operators', () => {
  test('comparisons, logic, arithmetic and assignments', async () => {
    const code = `function f(a, b) {
      if (a < b && a !== b) {
        a += b * 2;
      }
      return a - b;
    }`;
    expect(await edits('javascript', code, 'operator')).toMatchInlineSnapshot(`
      [
        "if (a [< → <= | > | >=] b && a !== b) {",
        "if (a < b [&& → ||] a !== b) {",
        "if (a < b && a [!== → ===] b) {",
        "a [+= → -= | =] b * 2;",
        "a += b [* → /] 2;",
        "return a [- → +] b;",
      ]
    `);
  });

  test("Python's words, and no `in` of a loop", async () => {
    const code = `def f(a, b):
    for x in a:
        if x not in b and x is not None:
            return x == 1
`;
    expect(await edits('python', code, 'operator')).toMatchInlineSnapshot(`
      [
        "if x [not in → in] b and x is not None:",
        "if x not in b [and → or] x is not None:",
        "if x not in b and x [is not → is] None:",
        "return x [== → !=] 1",
      ]
    `);
  });

  test('Java', async () => {
    const code = `class A {
  int f(int a) {
    for (int i = 0; i <= a; i++) { a -= 1; }
    return a > 0 || a == 7 ? 1 : 2;
  }
}`;
    expect(await edits('java', code, 'operator')).toMatchInlineSnapshot(`
      [
        "for (int i = 0; i [<= → < | >= | >] a; i++) { a -= 1; }",
        "for (int i = 0; i <= a; i[++ → --]) { a -= 1; }",
        "for (int i = 0; i <= a; i++) { a [-= → += | =] 1; }",
        "return a [> → >= | < | <=] 0 || a == 7 ? 1 : 2;",
        "return a > 0 [|| → &&] a == 7 ? 1 : 2;",
        "return a > 0 || a [== → !=] 7 ? 1 : 2;",
      ]
    `);
  });

  test('nothing in strings, comments, types, generics and JSX text', async () => {
    const code = `function f(a: Map<string, A | B>): JSX.Element {
      // a < b && true
      const text = 'a < b' + "true !== false";
      return <p title="1 < 2">{\`\${a.size > 0} + 1\`} true + 1 </p>;
    }`;
    expect(await edits('typescriptreact', code, 'operator', 'boolean', 'number')).toMatchInlineSnapshot(`
      [
        "return <p title="1 < 2">{\`\${a.size [> → >= | < | <=] 0} + 1\`} true + 1 </p>;",
        "return <p title="1 < 2">{\`\${a.size > [0 → 1]} + 1\`} true + 1 </p>;",
      ]
    `);
  });
});

test('off by one: bounds, indexes and slices, and a one that is there', async () => {
  const code = `function f(items, n) {
    for (let i = 0; i < items.length; i++) {
      use(items[i], items[n + 1]);
    }
    return items.slice(n, m(items) - 1);
  }`;
  expect(await edits('typescript', code, 'off-by-one')).toMatchInlineSnapshot(`
    [
      "for (let i = 0; [i → i - 1 | i + 1] < items.length; i++) {",
      "for (let i = 0; i < items.[length → length - 1 | length + 1]; i++) {",
      "use(items[[i → i - 1 | i + 1]], items[n + 1]);",
      "use(items[i], items[n[ + 1 → ]]);",
      "return items.slice([n → n - 1 | n + 1], m(items) - 1);",
      "return items.slice(n, m(items)[ - 1 → ]);",
    ]
  `);
  const python = `def f(items, n):
    return items[n:len(items) - 1] + items[table]
`;
  expect(await edits('python', python, 'off-by-one')).toMatchInlineSnapshot(`
    [
      "return items[[n → n - 1 | n + 1]:len(items) - 1] + items[table]",
      "return items[n:len(items)[ - 1 → ]] + items[table]",
    ]
  `);
});

test('booleans and whole numbers, but not those of a table', async () => {
  const code = `class A {
  void f() {
    g(true, 3, 0, 0x10, 2.5, 65536);
    int[] table = {1, 2, 3, 4, 5, 6, 7};
  }
}`;
  expect(await edits('java', code, 'boolean', 'number')).toMatchInlineSnapshot(`
    [
      "g([true → false], 3, 0, 0x10, 2.5, 65536);",
      "g(true, [3 → 2 | 4], 0, 0x10, 2.5, 65536);",
      "g(true, 3, [0 → 1], 0x10, 2.5, 65536);",
    ]
  `);
});

test('negations: too many and missing, in conditions only', async () => {
  const code = `function f(a, b) {
    if (!a.ok || (b && c(a))) {
      return !b;
    }
    const d = !!a;
    while (a.next) use(a ? 1 : 2);
  }`;
  expect(await edits('javascript', code, 'negation')).toMatchInlineSnapshot(`
    [
      "if ([!a.ok → a.ok] || (b && c(a))) {",
      "if (!a.ok || ([b → !b] && c(a))) {",
      "if (!a.ok || (b && [c → !c](a))) {",
      "return [!b → b];",
      "while ([a → !a].next) use(a ? 1 : 2);",
      "while (a.next) use([a → !a] ? 1 : 2);",
    ]
  `);
  const python = `def f(a, b):
    if not a and b.c:
        return 1 if a.d else 2
    return a
`;
  expect(await edits('python', python, 'negation')).toMatchInlineSnapshot(`
    [
      "if [not a → a] and b.c:",
      "if not a and [b → not b].c:",
      "return 1 if [a → not a].d else 2",
    ]
  `);
});

test('arguments the other way round, but no named ones', async () => {
  const code = `def f(a, b):
    g(a, b.c, 3)
    g(a, key=b)
    g(a, a)
`;
  expect(await edits('python', code, 'swapped-arguments')).toMatchInlineSnapshot(`
    [
      "g([a, b.c → b.c, a], 3)",
      "g(a, [b.c, 3 → 3, b.c])",
    ]
  `);
});

test('await only in asynchronous functions, and not twice', async () => {
  const code = `async function f(a) {
    await g(a);
    const b = h(a);
    a.map((x) => { k(x); });
    l(a);
  }
  function other() { g(1); }`;
  expect(await edits('javascript', code, 'await')).toMatchInlineSnapshot(`
    [
      "const b = [h → await h](a);",
      "[a → await a].map((x) => { k(x); });",
      "[l → await l](a);",
    ]
  `);
  expect(await edits('python', 'async def f(a):\n    b = g(a)\n    return await b\n', 'await'))
    .toMatchInlineSnapshot(`
      [
        "b = [g → await g](a)",
      ]
    `);
});

describe('names', () => {
  test('a variable may be another that has a value there', async () => {
    const code = `function f(first, second) {
      const sum = first + offset;
      for (const item of second) {
        use(item);
      }
      return sum;
    }`;
    expect(await edits('javascript', code, 'variable')).toMatchInlineSnapshot(`
      [
        "const sum = [first → second] + offset;",
        "const sum = first + [offset → second];",
        "for (const item of [second → first | sum | offset]) {",
        "use([item → first | second | sum | offset]);",
        "return [sum → first | second | offset];",
      ]
    `);
  });

  test('not a declaration, an attribute, a keyword, a type, or the name of the function', async () => {
    const code = `def f(self, low, high=None):
    width: Size = high - low
    return Box(width=width, height=self.height)
`;
    expect(await edits('python', code, 'variable')).toMatchInlineSnapshot(`
      [
        "return Box(width=[width → low | high], height=self.height)",
      ]
    `);
  });

  test('called names stand for called names', async () => {
    const code = `class A {
  int f(int x, int y) {
    return open(x) + shut(y);
  }
}`;
    expect(await edits('java', code, 'variable')).toMatchInlineSnapshot(`
      [
        "return [open → shut](x) + shut(y);",
        "return open([x → y]) + shut(y);",
        "return open(x) + [shut → open](y);",
        "return open(x) + shut([y → x]);",
      ]
    `);
  });

  test('a member may be another of the same object in the file, called ones for called ones', async () => {
    const code = `function f(box) {
      box.open();
      return box.width * 2;
    }
    function g(box, lid) { box.shut(); return box.height + lid.size; }`;
    expect(await edits('javascript', code, 'member')).toMatchInlineSnapshot(`
      [
        "box.[open → shut]();",
        "return box.[width → height] * 2;",
        "function g(box, lid) { box.[shut → open](); return box.height + lid.size; }",
        "function g(box, lid) { box.shut(); return box.[height → width | size] + lid.size; }",
        "function g(box, lid) { box.shut(); return box.height + lid.[size → height]; }",
      ]
    `);
  });
});

test('no edit of a statement that spans lines touches more than one of them', async () => {
  const code = `function f(a, b) {
    g(a,
      b);
    return a
      && b;
  }`;
  expect(await edits('javascript', code, 'swapped-arguments', 'operator')).toMatchInlineSnapshot(`
    [
      "[&& → ||] b;",
    ]
  `);
});
