import fc from 'fast-check';

type Path = readonly (string | number)[];

/** Where the values of a JSON document stand, those that hold others too; without the document itself. */
export function valuePaths(value: unknown, path: Path = []): Path[] {
  const below =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, child]) => valuePaths(child, [...path, key]))
      : [];
  return path.length === 0 ? below : [path, ...below];
}

/** A copy of a JSON document with another value at a path. */
export function withValueAt(document: unknown, path: Path, replacement: unknown): unknown {
  const copy = structuredClone(document);
  const parent = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], copy);
  (parent as Record<string, unknown>)[path.at(-1)!] = replacement;
  return copy;
}

/** Values that nobody expects where a string, a number or an object should be. */
export const foreignValues = fc.oneof(
  fc.constantFrom<unknown>(0, -1, 0.5, 1e9, 2 ** 31, 2 ** 53, 1e300, true, null, '', '..', '__proto__'),
  fc.constantFrom<unknown>([], {}, [null], [[]], '\0', '\ud800', 'file://host/a', 'file:///a%2Fb', 'x://%'),
  fc.jsonValue({ maxDepth: 2 }),
);

/** One of `documents` with up to three values replaced. */
export function mutationsOf<Document>(documents: readonly Document[]): fc.Arbitrary<unknown> {
  const changes = fc.array(fc.record({ index: fc.nat(), value: foreignValues }), { maxLength: 3 });
  return fc.tuple(fc.constantFrom(...documents), changes).map(([document, list]) =>
    list.reduce<unknown>((current, { index, value }) => {
      const paths = valuePaths(current);
      return paths.length === 0 ? value : withValueAt(current, paths[index % paths.length]!, value);
    }, document),
  );
}
