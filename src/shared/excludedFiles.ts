import picomatch from 'picomatch';

/** Whether a document is named by one of the globs of `sotto.excludedFiles`. Never throws. */
export type IsExcluded = (uri: string) => boolean;

/**
 * Compiles the globs once, as .gitignore understands them: one without a slash names a file or folder anywhere, one
 * with a slash a path from the root of the disk or of one of `folders` (URIs); a folder stands for all that is in it,
 * and a glob after `!` takes out what those before it exclude. One that cannot be compiled matches nothing.
 */
export function createExclusion(globs: readonly string[], folders: readonly string[] = []): IsExcluded {
  const rules = globs.flatMap((glob) => compile(glob) ?? []);
  const roots = folders.map((folder) => `${pathOfUri(folder).replace(/\/$/, '')}/`.toLowerCase());
  return (uri) => {
    const path = pathOfUri(uri);
    const relativePaths = roots
      .filter((root) => path.toLowerCase().startsWith(root))
      .map((root) => path.slice(root.length));
    return rules.findLast(({ names }) => names(path, relativePaths))?.excludes ?? false;
  };
}

interface Rule {
  readonly excludes: boolean;
  /** Whether the glob names the file of a path from the root of the disk, which is `relativePaths` in its folders. */
  readonly names: (path: string, relativePaths: readonly string[]) => boolean;
}

function compile(glob: string): Rule | undefined {
  // `!(…)` is part of a name.
  const isException = /^!(?!\()/.test(glob);
  const path = glob.slice(isException ? 1 : 0).replaceAll('\\', '/');
  const bare = path.replace(/(?<!\/)\/+$/, '');
  const stem = bare.replace(/^\.?\/+/, '');
  try {
    const isAnywhere = stem.startsWith('**/') || !bare.includes('/');
    const anywhere = matcherOf(stem.startsWith('**/') ? stem : `**/${stem}`);
    const fromRoot = isAnywhere ? anywhere : matcherOf(stem);
    // In no folder of the window, nothing says where a glob begins, and one file too many does less harm.
    const names: Rule['names'] = (path, relativePaths) =>
      isAnywhere || relativePaths.length === 0
        ? anywhere(path)
        : fromRoot(path) || relativePaths.some((relativePath) => fromRoot(relativePath));
    return stem === '' ? undefined : { excludes: !isException, names };
  } catch {
    return undefined; // Absurdly long.
  }
}

/** Matches what `stem` names, and what is in it. */
function matcherOf(stem: string): picomatch.Matcher {
  return picomatch([stem, `${stem}/**`], { dot: true, nocase: true, windows: false, nonegate: true });
}

/** Without the slash at its beginning: a path of Windows begins with its drive, one on the network with the host. */
function pathOfUri(uri: string): string {
  try {
    const { protocol, host, pathname } = new URL(uri);
    const path = decodeURIComponent(pathname).replace(/^\//, '');
    return protocol === 'file:' && host !== '' ? `${host}/${path}` : path;
  } catch {
    // Not a URI, or one with a stray per cent sign: matched as it is written.
    return uri;
  }
}
