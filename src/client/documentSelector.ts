import { workspace, type TextDocument } from 'vscode';

/** Where users' code is, also where no file system is behind it. */
const codeSchemes = new Set(['file', 'untitled', 'vscode-remote', 'vscode-vfs', 'vscode-notebook-cell']);

/** Of the editor itself: settings, logs, what its boxes hold, earlier versions. */
const editorSchemes = new Set([
  ...['vscode-userdata', 'vscode-log', 'output', 'search-editor', 'comment', 'debug', 'tmp'],
  ...['git', 'vscode-scm', 'vscode-local-history'],
]);

/**
 * A selector cannot exclude: who registers something for every document looks at `isSupported`, too. As a pattern it ranks
 * with the schemes and languages that other extensions name, not below them.
 */
export const everyDocument = [{ pattern: '**' }];

/**
 * Whether a user edits the document: it lies in a file system that can be written, of whatever extension (`vsls`, `sftp`,
 * `memfs`). Output, diffs, source control boxes and pages that extensions make do not.
 */
export function isSupported({ uri: { scheme } }: TextDocument): boolean {
  return (
    codeSchemes.has(scheme) ||
    (!editorSchemes.has(scheme) && workspace.fs.isWritableFileSystem(scheme) === true)
  );
}
