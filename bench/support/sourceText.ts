import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/packageRoot';

/** Real code of at least `characterCount` characters: this project's own sources, in a fixed order. */
export function sourceText(characterCount: number): string {
  const folder = join(packageRoot(), 'src');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  let text = '';
  for (const name of names.sort()) {
    text += readFileSync(join(folder, name), 'utf8');
    if (text.length >= characterCount) {
      return text;
    }
  }
  throw new Error(`the sources hold only ${text.length} characters`);
}
