import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The last part of a URI, as the model and messages name the file. */
export function fileName(uri: string): string {
  const encoded = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded; // A stray per cent sign: named as it is written.
  }
}

/** The path that a URI names on this machine; undefined for one of another kind, of another host, or without a path. */
export function filePath(uri: string): string | undefined {
  if (!uri.startsWith('file:')) {
    return undefined;
  }
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined; // `file://host/…` outside of Windows, `%2F` inside a name.
  }
}

/** A file's path in the one of `folders` that holds it, with forward slashes; of any other file only the name. */
export function workspacePath(uri: string, folders: readonly string[]): string {
  const path = filePath(uri);
  const inside =
    path === undefined
      ? undefined
      : folders
          .map((folder) => relative(folder, path).replaceAll('\\', '/'))
          .find((candidate) => !candidate.startsWith('..') && !isAbsolute(candidate));
  return inside ?? fileName(uri);
}
