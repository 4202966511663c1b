/**
 * The name that extensions' manifests give a language: the first alias of the first that has one, as VS Code has it;
 * the identifier where none has. VS Code's API tells identifiers only.
 */
export function languageNameIn(manifests: readonly unknown[], languageId: string): string {
  for (const manifest of manifests) {
    const contributed = property(property(manifest, 'contributes'), 'languages');
    for (const language of Array.isArray(contributed) ? (contributed as readonly unknown[]) : []) {
      const aliases = property(language, 'aliases');
      const name: unknown = Array.isArray(aliases) ? aliases[0] : undefined;
      if (property(language, 'id') === languageId && typeof name === 'string' && name !== '') {
        return name;
      }
    }
  }
  return languageId;
}

/** Manifests are other people's files: nothing about their shape is certain. */
function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
