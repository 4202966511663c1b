/** The last folders and the name of a uri: what a path tells about a file without telling where it lies. */
export function displayPath(uri: string): string {
  const path = decodedPath(uri).replace(/^[a-z][a-z0-9+.-]*:\/*/i, '');
  return path.split('/').slice(-3).join('/');
}

/** A uri with its escapes undone and with forward slashes. */
function decodedPath(uri: string): string {
  try {
    return decodeURIComponent(uri).replaceAll('\\', '/');
  } catch {
    // A uri with a stray percent sign is still a usable path.
    return uri;
  }
}
