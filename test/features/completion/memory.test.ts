import { describe, expect, test } from 'vitest';
import { RejectionMemory } from '../../../src/features/completion/memory/rejection';
import { ShownSuggestions } from '../../../src/features/completion/memory/shownSuggestions';
import { SuggestionCache } from '../../../src/features/completion/memory/suggestionCache';
import { placeAt } from '../../support/completionRequest';

describe('the suggestion cache', () => {
  const drafted = (text: string) => ({ kind: 'draft', draft: { text, tokens: [] } }) as const;
  const found = (cache: SuggestionCache, marked: string) => {
    const hit = cache.find(placeAt(marked));
    return hit?.produced.kind === 'draft' ? hit.produced.draft.text : hit?.produced.kind;
  };

  test('forgets the suggestion that was unused for longest', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('first█'), { produced: drafted('1'), isThorough: false });
    cache.store(placeAt('second█'), { produced: drafted('2'), isThorough: false });
    expect(found(cache, 'first█')).toBe('1');
    for (let index = 0; index < 249; index++) {
      cache.store(placeAt(`other ${index}█`), { produced: drafted('x'), isThorough: false });
    }
    expect(found(cache, 'first█')).toBe('1');
    expect(found(cache, 'second█')).toBeUndefined();
  });

  test('finds what is typed through over line ends', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('f() {\n  █\n}'), { produced: drafted('a();\n  b();'), isThorough: false });
    expect(found(cache, 'f() {\n  a();\n  █\n}')).toBe('b();');
    expect(found(cache, 'f() {\n  a();\n█\n}')).toBe('  b();');
  });

  test.each([
    ['a bracket', 'a = █;', 'foo("b", [c]);', 'a = foo(█);', '"b", [c]);'],
    ['a quote in it', 'a = █;', 'foo("b", [c]);', 'a = foo("█");', 'b", [c]);'],
    ['a quote with text in it', 'a = █;', 'foo("b", [c]);', 'a = foo("b█");', '", [c]);'],
    ['a quote that was typed over', 'a = █;', 'foo("b", [c]);', 'a = foo("b", [█]);', 'c]);'],
    ['a quote that is in a string', 'a = █;', `f("it's")`, `a = f("it's█");`, '")'],
    ['an escaped quote', 'a = █;', String.raw`f("\"b")`, String.raw`a = f("\"█");`, 'b")'],
    ['a brace and a line', 'f() █\n', '{\n  a();\n}', 'f() {\n  █\n}\n', 'a();\n}'],
    ['a line between braces that were there', 'f() {█}\n', '\n  a();\n', 'f() {\n  █\n}\n', 'a();\n'],
    ['the end of a tag', 'a = █;', '<p>b</p>', 'a = <p>█</p>;', 'b</p>'],
    [
      'the end of a tag in a bracket',
      'a = █',
      'f((c) => <p b={c}>d</p>)',
      'a = f((c) => <p b={c}>█</p>)',
      'd</p>)',
    ],
    ['the end of a tag and a line', '█\n', '<ul>\n  <li>', '<ul>\n  █\n</ul>\n', '<li>'],
    ['a bracket after a type argument', 'a = █', 'new Map<string>(b)', 'a = new Map<string>(█)', 'b)'],
    ['a bracket around a type argument', 'a = █', 'f(g<string>, b)', 'a = f(g<string>█)', ', b)'],
  ])('finds what is typed through where the editor adds: %s', (_, base, suggestion, typed, left) => {
    const cache = new SuggestionCache();
    cache.store(placeAt(base), { produced: drafted(suggestion), isThorough: false });
    expect(found(cache, typed)).toBe(left);
  });

  test('what stands right of the cursor already was not added by the editor', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('a = █'), { produced: drafted('foo(b)'), isThorough: false });
    expect(found(cache, 'a = foo(█]')).toBeUndefined();
  });

  test('gives nothing when all of a suggestion is typed', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('f█'), { produced: drafted('oo'), isThorough: false });
    expect(found(cache, 'foo█')).toBeUndefined();
  });

  test('keeps files apart', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('f█'), { produced: drafted('oo'), isThorough: false });
    expect(cache.find(placeAt('f█', { uri: 'file:///other.ts' }))).toBeUndefined();
  });

  test('remembers that there was nothing, but only at that very place', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('f█'), { produced: { kind: 'discarded', detail: 'repeats' }, isThorough: false });
    expect(found(cache, 'f█')).toBe('discarded');
    expect(found(cache, 'fo█')).toBeUndefined();
  });
});

describe('what is shown', () => {
  const drafted = (text: string) => ({ kind: 'draft', draft: { text, tokens: [] } }) as const;

  test('is continued by what is left of it, but by nothing after its end', () => {
    const shown = new ShownSuggestions();
    shown.replaceBy(placeAt('a = █'), drafted('foo(b);'));
    expect(shown.isContinuedBy(placeAt('a = foo█'), drafted('(b);'))).toBe(true);
    expect(shown.isContinuedBy(placeAt('a = foo█'), drafted('(b);\nc();'))).toBe(true);
    expect(shown.isContinuedBy(placeAt('a = foo█'), drafted('(c);'))).toBe(false);
    expect(shown.isContinuedBy(placeAt('a = foo(b);█'), drafted(' // d'))).toBe(false);
    expect(shown.isContinuedBy(placeAt('a = foo(b);\n█'), drafted('c();'))).toBe(false);
  });
});

describe('back-off after dismissals', () => {
  function setUp() {
    let nowMs = 0;
    const memory = new RejectionMemory(() => nowMs);
    return { memory, pass: (ms: number) => (nowMs += ms) };
  }

  test('grows with each dismissal up to a limit, and shrinks with each acceptance', () => {
    const { memory } = setUp();
    const delays = Array.from({ length: 10 }, () => {
      memory.reject(placeAt('f█'), 'oo');
      return Math.round(memory.currentDelayMs());
    });
    expect(delays).toEqual([200, 300, 450, 675, 1013, 1519, 2278, 3000, 3000, 3000]);
    memory.accept(placeAt('f█'), 'oo');
    expect(memory.currentDelayMs()).toBe(2400);
    for (let count = 0; count < 20; count++) {
      memory.accept(placeAt('f█'), 'oo');
    }
    expect(memory.currentDelayMs()).toBe(0);
  });

  test('is forgotten after ten minutes', () => {
    const { memory, pass } = setUp();
    memory.reject(placeAt('f█'), 'oo');
    pass(10 * 60_000 + 1);
    expect(memory.currentDelayMs()).toBe(0);
    memory.reject(placeAt('f█'), 'oo');
    expect(memory.currentDelayMs()).toBe(200);
  });

  test('a dismissed suggestion is offered again after ten minutes', () => {
    const { memory, pass } = setUp();
    memory.reject(placeAt('f█'), 'oo');
    pass(10 * 60_000);
    expect(memory.isRejected(placeAt('f█'), 'oo')).toBe(true);
    pass(1);
    expect(memory.isRejected(placeAt('f█'), 'oo')).toBe(false);
  });

  test('a dismissed suggestion is offered again to who begins to type it, and not before', () => {
    const { memory } = setUp();
    memory.reject(placeAt('a =█'), ' foo;');
    expect(memory.isRejected(placeAt('a █'), '= foo;')).toBe(true);
    expect(memory.isRejected(placeAt('a = █'), 'foo;')).toBe(true);
    expect(memory.isRejected(placeAt('a = f█'), 'oo;')).toBe(false);
  });

  test('a dismissed block does not come back longer or shorter, and another first line may', () => {
    const { memory } = setUp();
    memory.reject(placeAt('f() {\n  █\n}'), 'a();\n  b();');
    expect(memory.isRejected(placeAt('f() {\n  █\n}'), 'a();\n  b();\n  c();')).toBe(true);
    expect(memory.isRejected(placeAt('f() {\n  █\n}'), 'a();')).toBe(true);
    expect(memory.isRejected(placeAt('f() {\n  █\n}'), 'b();')).toBe(false);
    memory.reject(placeAt('f() {█}'), '\n  a();\n');
    expect(memory.isRejected(placeAt('f() {█}'), '\n  b();\n')).toBe(false);
  });

  test('a suggestion that was accepted after all is offered again', () => {
    const { memory } = setUp();
    memory.reject(placeAt('f█'), 'oo');
    expect(memory.isRejected(placeAt('f█'), 'oo')).toBe(true);
    memory.accept(placeAt('f█'), 'oo');
    expect(memory.isRejected(placeAt('f█'), 'oo')).toBe(false);
  });
});
