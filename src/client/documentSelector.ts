import { languages, type TextDocument } from 'vscode';

/** Documents that a user edits. Output, diffs, source control boxes and settings pages have other schemes. */
export const documentSelector = [
  { scheme: 'file' },
  { scheme: 'untitled' },
  { scheme: 'vscode-remote' },
  { scheme: 'vscode-vfs' },
  { scheme: 'vscode-notebook-cell' },
];

export function isSupported(document: TextDocument): boolean {
  return languages.match(documentSelector, document) > 0;
}
