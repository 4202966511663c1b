import { expect, test } from 'vitest';
import { behaviourOf } from '../../src/syntax/behaviour';
import { outline, outlineText, symbolAt } from '../../src/syntax/outline';
import { maxParsedCharacters, parse, withTree } from '../../src/syntax/parser';
import type { CodeSymbol, Parameter } from '../../src/syntax/symbol';

/** One line for each symbol: path, kind, signature, parameters, result, what the body does. */
async function describeSymbols(languageId: string, text: string): Promise<string> {
  const lines = await withTree(languageId, text, (tree) =>
    outline(tree).map((symbol) => {
      const { thrown, yields, returnsValue } = behaviourOf(tree, symbol);
      const errors = [...symbol.declaredErrors, ...thrown];
      return [
        `${[...symbol.container, symbol.name].join('/')} ${symbol.kind}`,
        `<${symbol.typeParameters.join(' ')}>(${symbol.parameters.map(describeParameter).join(', ')})`,
        symbol.returnType ?? '',
        returnsValue ? 'returns' : '',
        yields ? 'yields' : '',
        errors.length > 0 ? `throws ${errors.join(' ')}` : '',
        symbol.modifiers.length > 0 ? `[${symbol.modifiers.join(' ')}]` : '',
      ]
        .filter((part) => part !== '' && part !== '<>()')
        .join(' ');
    }),
  );
  return `\n${lines?.join('\n')}\n`;
}

function describeParameter({ name, form, type, defaultValue, optional, members }: Parameter): string {
  const mark = form === 'plain' ? '' : `${form} `;
  const inner = members.length > 0 ? `{${members.map((member) => member.name).join(' ')}}` : '';
  return `${mark}${name}${inner}${optional ? '?' : ''}${type ? `: ${type}` : ''}${defaultValue ? ` = ${defaultValue}` : ''}`;
}

test('TypeScript', async () => {
  const text = `
export default async function* f<T extends X = Y>(this: Foo, a: number, { b, c: d = 2, e = 3, ...r }: P = {}, [g]: number[], o?: string, ...rest: T[]): AsyncGenerator<T> {
  const inner = () => { throw new RangeError('not ours'); };
  yield* a;
  try { throw new TypeError('caught'); } catch (error) { throw new errors.Late(); }
}
export function over(a: string): string;
export function over(a: any) { return a; }
export const h = async (x: number) => x + 1;
const one = 1, two = y => y;
@Dec()
export class A<T> extends B {
  static #priv = (a: number) => {};
  constructor(private readonly x: number) { super(); }
  @d() @e
  async m?(a): Promise<void> { if (a) throw a; return; }
  get v(): number { return 1; }
  set v(n) {}
}
export interface I { m(a: number): void }
namespace N.M { export function inner() {} }
export enum E { A }
export type TT<K> = (a: K) => void;
const table = { run(a) {}, stop: function () {} };
exports.late = function (a) {};
`;
  expect(await describeSymbols('typescript', text)).toMatchInlineSnapshot(`
    "
    f function <T>(a: number, object-pattern {b c e}?: P = {}, array-pattern : number[], o?: string, rest rest?: T[]) AsyncGenerator<T> yields throws errors.Late [async generator]
    f/inner function throws RangeError
    over function <>(a: string) string
    over function <>(a: any) returns
    h function <>(x: number) returns [async]
    A class <T>()
    A/#priv method <>(a: number)
    A/constructor constructor <>(x: number)
    A/m method <>(a) Promise<void> [async]
    A/v getter number returns
    A/v setter <>(n)
    I interface
    I/m method <>(a: number) void
    N.M module
    N.M/inner function
    E enum
    TT type <K>()
    run method <>(a)
    stop method
    late function <>(a)
    "
  `);
});

test('Python', async () => {
  const text = `
@dec(1)
async def f(a, b: int = 2, /, c=3, *args: str, d, e: int = 4, **kwargs: Any) -> dict[str, int]:
    def inner(): raise KeyError()
    if a: raise ValueError("x") from e
    try:
        raise OSError()
    except OSError as error:
        raise mod.Late
    raise error
class A(B):
    @property
    def p(self): return 1
    @staticmethod
    def s(a): yield a
    @classmethod
    def c(cls, *, k): ...
    def __init__(self): pass
`;
  expect(await describeSymbols('python', text)).toMatchInlineSnapshot(`
    "
    f function <>(positional-only a, positional-only b?: int = 2, c? = 3, rest args?: str, keyword-only d, keyword-only e?: int = 4, keyword-rest kwargs?: Any) dict[str, int] throws ValueError mod.Late [async dec(1)]
    f/inner function throws KeyError
    A class
    A/p getter returns [property]
    A/s method <>(a) yields [staticmethod]
    A/c method <>(keyword-only k) [classmethod]
    A/__init__ constructor
    "
  `);
});

test('Python: methods under conditions in a class have a receiver, functions in methods have none', async () => {
  const text = `
class A:
    if fast:
        def first(self, a): pass
    elif slow:
        @property
        def second(self): return 1
    else:
        def __init__(self, a): pass
    try:
        async def third(self, a): pass
    except ImportError:
        def fourth(self):
            if a:
                def helper(self, b): pass
    with flag():
        for name in names:
            @staticmethod
            def fifth(a): pass
if fast:
    def plain(a): pass
`;
  expect(await describeSymbols('python', text)).toMatchInlineSnapshot(`
    "
    A class
    A/first method <>(a)
    A/second getter returns [property]
    A/__init__ constructor <>(a)
    A/third method <>(a) [async]
    A/fourth method
    A/fourth/helper function <>(self, b)
    A/fifth method <>(a) [staticmethod]
    plain function <>(a)
    "
  `);
});

test('Java', async () => {
  const text = `
@Ann
public class A<T extends X> {
  @Override @Deprecated
  public static <K, V extends K> Map<K, V> f(final int a, List<? super T>[] b, String... rest) throws IOException {
    Runnable r = () -> { throw new Inner(); };
    throw new IllegalStateException("x");
  }
  A(int x) {}
  int g(A this, int[] q);
}
@Marker interface I<T> { default void m(int a) {} }
record R(int a) {}
enum E { A, B; int v() { return 1; } }
`;
  expect(await describeSymbols('java', text)).toMatchInlineSnapshot(`
    "
    A class <T>() [public]
    A/f method <K V>(a: int, b: List<? super T>[], rest rest?: String) Map<K, V> throws IOException IllegalStateException [public static]
    A/A constructor <>(x: int)
    A/g method <>(q: int[]) int
    I interface <T>()
    I/m method <>(a: int) void [default]
    R class <>(a: int)
    E enum
    E/v method int returns
    "
  `);
});

test('Go', async () => {
  const text = `package a
func F[T any, K comparable](a, b int, c ...string) (n int, err error) { return }
func (r *Tree[K]) M(_ context.Context, f func(int) error) error { return nil }
func g(int, string) {}
type S[T any] struct { A int }
type (
  X int
  Y = Z
)
`;
  expect(await describeSymbols('go', text)).toMatchInlineSnapshot(`
    "
    F function <T K>(a: int, b: int, rest c?: string) (n int, err error)
    Tree/M method <>(unnamed : context.Context, f: func(int) error) error returns
    g function <>(unnamed : int, unnamed : string)
    S struct <T>()
    X type
    Y type
    "
  `);
});

test('Rust', async () => {
  const text = `
#[inline]
pub async unsafe fn f<'a, T: Clone, const N: usize>(mut x: &'a [T; N], (p, q): (i32, i32), Point { z }: Point, _: u8) -> Result<Vec<T>, Error> { panic!("a") }
trait Tr<T> { fn m(&mut self, a: T) -> T; fn d(self: Box<Self>) {} }
impl<T> Tr<T> for P<T> { fn m(&mut self, a: T) -> T { a } }
mod inner { fn g() {} }
struct S; enum E { A }
`;
  expect(await describeSymbols('rust', text)).toMatchInlineSnapshot(`
    "
    f function <'a T N>(x: &'a [T; N], (p, q): (i32, i32), Point { z }: Point, unnamed : u8) Result<Vec<T>, Error> throws panic [async unsafe]
    Tr interface <T>()
    Tr/m method <>(a: T) T
    Tr/d method
    P/m method <>(a: T) T
    inner module
    inner/g function
    S struct
    E enum
    "
  `);
});

test('C++', async () => {
  const text = `
template <typename T, int N, class... Ts>
[[nodiscard]] static inline const std::vector<T>& f(const T& a, int* b = nullptr, T (&arr)[N], Ts&&... rest, void (*cb)(int x), int) { throw std::runtime_error("x"); }
int g(void);
int *h(int a, ...) { return 0; }
namespace n { class A : B { public: explicit A(int x) : y(x) {} ~A(); virtual int m(int q) const = 0; A& operator+=(const A& o); int y; void (*hook)(int); }; }
void A::m2(int a) {}
struct S { int x; };
struct S use;
auto tr(int a) -> int { return a; }
`;
  expect(await describeSymbols('cpp', text)).toMatchInlineSnapshot(`
    "
    f function <T N Ts>(a: const T&, b?: int* = nullptr, arr: T (&)[N], rest rest?: Ts&&..., cb: void (*)(int x), unnamed : int) const std::vector<T>& throws std::runtime_error
    g function int
    h function <>(a: int) int * returns
    n module
    n/A class
    n/A/A constructor <>(x: int)
    n/A/~A method
    n/A/m method <>(q: int) int
    n/A/operator+= method <>(o: const A&) A&
    A/m2 method <>(a: int) void
    S struct
    tr function <>(a: int) int returns
    "
  `);
});

test('C++: a variable that is made with arguments is no function; members of local types are', async () => {
  const text = `
void run(int n) {
  std::string name(value);
  std::lock_guard<std::mutex> lock(mutex_);
  if (Entry found(key); n) Entry one(a); else Entry two(b);
  for (Entry at(list); ; ) do { Entry each(at); } while (0);
  switch (n) { case 1: Entry first(a); default: { Entry other(b); } }
  try { Entry tried(a); } catch (E e) { Entry caught(b); }
  auto later = [](int x) { Entry y(x); };
label: Entry named(a);
#ifdef DEBUG
  Entry debugged(a);
#endif
  struct Local { int member(int a); operator bool() { Entry cast(a); return true; } };
}
extern "C" {
#ifdef DEBUG
int declared(int a);
#endif
}
NAMESPACE_END
NAMESPACE_BEGIN {
int spaced(int a);
}
`;
  expect(await describeSymbols('cpp', text)).toMatchInlineSnapshot(`
    "
    run function <>(n: int) void
    run/Local struct
    run/Local/member method <>(a: int) int
    declared function <>(a: int) int
    spaced function <>(a: int) int
    "
  `);
});

test('C#, PHP and Ruby', async () => {
  const csharp = `
namespace N {
public class A<T> {
  [Obsolete] public async Task<T> F<K>(this int a, ref string b, int c = 1, params object[] d) { throw new ArgumentException("x"); }
  public int P { get; set; }
  int G(int a) => throw new Exception();
  IEnumerable<int> Y() { yield return 1; }
}
}`;
  const php = `<?php
final class C {
  #[A] public static function f(?int $a, string &$b = 'x', self|null ...$c): ?array { throw new \\LogicException('x'); }
  public function __construct(private readonly int $x = 1) {}
}`;
  const ruby = `
module M
  class A < B
    def f(a, b = 1, *rest, k:, o: 2, **opts, &blk)
      raise ArgumentError, "x"
      raise Err.new("x")
      yield a
    end
    def self.g = 1
  end
end`;
  expect(await describeSymbols('csharp', csharp)).toMatchInlineSnapshot(`
    "
    N module
    N/A class <T>() [public]
    N/A/F method <K>(a: int, b: string, c?: int = 1, rest d?: object[]) Task<T> throws ArgumentException [public async]
    N/A/P getter int [public]
    N/A/G method <>(a: int) int returns throws Exception
    N/A/Y method IEnumerable<int> yields
    "
  `);
  expect(await describeSymbols('php', php)).toMatchInlineSnapshot(`
    "
    C class [final]
    C/f method <>($a: ?int, $b?: string = 'x', rest $c?: self|null) ?array throws \\LogicException [public static]
    C/__construct constructor <>($x?: int = 1) [public]
    "
  `);
  expect(await describeSymbols('ruby', ruby)).toMatchInlineSnapshot(`
    "
    M module
    M/A class
    M/A/f method <>(a, b? = 1, rest rest?, keyword-only k, keyword-only o? = 2, keyword-rest opts?, block blk?) yields throws ArgumentError Err
    M/A/g method returns [static]
    "
  `);
});

test('ranges are UTF-16 offsets: decorators belong to the declaration, the body does not to the signature', async () => {
  const text = `const s = '🦉é';\nclass A {\n  @dec() async run(a: string): Promise<void> { return; }\n}\n`;
  const symbols = (await outlineText('typescript', text)) ?? [];
  const run = symbols.at(-1);
  expect(slice(text, run?.range)).toBe('@dec() async run(a: string): Promise<void> { return; }');
  expect(slice(text, run?.signatureRange)).toBe('async run(a: string): Promise<void>');
  expect(slice(text, run?.bodyRange)).toBe('{ return; }');
  expect(symbolAt(symbols, text.indexOf('return'))?.name).toBe('run');
  expect(symbolAt(symbols, text.indexOf('class'))?.name).toBe('A');
  expect(symbolAt(symbols, 2)).toBeUndefined();
});

function slice(text: string, range: CodeSymbol['range'] | undefined): string {
  return range === undefined ? '' : text.slice(range.start, range.end);
}

test('half-written and binary text give what can be understood and never throw', async () => {
  const half = 'def done(a):\n    return a\n\ndef open(b, c=\n';
  expect((await outlineText('python', half))?.map((symbol) => symbol.name)).toContain('done');
  const binary = Array.from({ length: 20_000 }, (_, index) => String.fromCharCode((index * 7919) % 256)).join(
    '',
  );
  for (const languageId of ['typescript', 'python', 'java', 'go', 'rust', 'cpp', 'csharp', 'php', 'ruby']) {
    expect(Array.isArray(await outlineText(languageId, binary))).toBe(true);
    expect(Array.isArray(await outlineText(languageId, ''))).toBe(true);
  }
});

test('unknown languages and texts over the limit have no tree', async () => {
  expect(await parse('plaintext', 'a')).toBeUndefined();
  expect(await parse('toString', 'a')).toBeUndefined();
  expect(await parse('python', 'a'.repeat(maxParsedCharacters + 1))).toBeUndefined();
});
