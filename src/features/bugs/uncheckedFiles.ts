/** Why the code of a file is not checked for slips; undefined for code that is. Depends on nothing but its arguments. */
export function reasonNotToCheck(fileName: string, text: string): UncheckedReason | undefined {
  const path = fileName.replaceAll('\\', '/');
  if (isTestPath(path)) {
    return 'test';
  }
  if (vendoredFolder.test(path)) {
    return 'vendored';
  }
  if (/[.-](min|bundle|pack)\.\w+$/.test(path) || isMinified(text)) {
    return 'minified';
  }
  return isGenerated(path, text) ? 'generated' : undefined;
}

/** Tests do wrong things on purpose; the others were written by a program, or by nobody here. */
export type UncheckedReason = 'test' | 'generated' | 'vendored' | 'minified';

const vendoredFolder =
  /(^|\/)(node_modules|vendor|third[_-]?party|site-packages|bower_components|\.venv|dist|build|out)\//i;
const testFolder = /(^|\/)(tests?|__tests__|specs?|__mocks__|fixtures?|testdata)\//i;
const testName = /(^|\/)(test_[^/]*|conftest|[^/]*([._-](test|spec|tests|stories)|_test))\.\w+$/i;
/** Java's class names: `FooTest.java`, `TestFoo.java`, `FooIT.java`. */
const javaTestName = /(^|\/)(Test[A-Z]\w*|\w+(Test|Tests|TestCase|IT))\.java$/;

function isTestPath(path: string): boolean {
  return testFolder.test(path) || testName.test(path) || javaTestName.test(path);
}

/** Generators say so in the first lines (Go's rule "Code generated … DO NOT EDIT", `@generated`, Java's annotation). */
function isGenerated(path: string, text: string): boolean {
  const head = text.slice(0, 2_000);
  return (
    /(_pb2(_grpc)?\.py|\.pb\.\w+|\.g\.\w+|\.generated\.\w+|\.d\.ts)$/.test(path) ||
    /@generated\b|@Generated\b|\bdo not (edit|modify)\b|\b(auto|automatically)[ -]?generated\b|\bcode generated\b/i.test(
      head,
    )
  );
}

/** Long lines on average: white space was taken out. */
function isMinified(text: string): boolean {
  const longestMean = 200; // characters; code written by hand stays under 60
  const lineCount = text.split('\n').length;
  return text.length > 1_000 && text.length / lineCount > longestMean;
}
