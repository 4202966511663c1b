import picomatch from 'picomatch';

/** Whether a document is named by one of the globs of `sotto.excludedFiles`, by its whole path. Never throws. */
export type IsExcluded = (uri: string) => boolean;

/** Compiles the globs once; one that cannot be compiled matches nothing. */
export function createExclusion(globs: readonly string[]): IsExcluded {
  const matchers = globs.flatMap((glob) => compile(glob) ?? []);
  return (uri) => {
    const path = pathOfUri(uri);
    return matchers.some((matches) => matches(path));
  };
}

function compile(glob: string): picomatch.Matcher | undefined {
  try {
    return picomatch(glob, { dot: true, nocase: true, windows: false });
  } catch {
    return undefined; // Empty, or absurdly long.
  }
}

function pathOfUri(uri: string): string {
  try {
    return decodeURIComponent(new URL(uri).pathname).replace(/^\//, '');
  } catch {
    // Not a URI, or one with a stray per cent sign: matched as it is written.
    return uri;
  }
}
