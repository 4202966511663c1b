import { extensions } from 'vscode';
import { languageNameIn } from './languageNameIn';

/** A language's name as VS Code shows it: `TypeScript` for `typescript`. */
export function languageName(languageId: string): string {
  return languageNameIn(
    extensions.all.map((extension): unknown => extension.packageJSON),
    languageId,
  );
}
