import type { TextDocument } from 'vscode-languageserver-textdocument';
import { UserError } from '../../base/errors';

/** What is known of the documents that the editor has open. */
export interface OpenDocuments {
  /** The document as the editor has it, or undefined. */
  document(uri: string): TextDocument | undefined;
  isExcluded(uri: string): boolean;
}

/** The document that a command is about. Throws a `UserError` when it is not open or excluded. */
export function requireDocument(documents: OpenDocuments, uri: string): TextDocument {
  const document = documents.document(uri);
  if (document === undefined) {
    throw new UserError('file-not-found', 'This file is not open in the editor.', 'Open it as text first.');
  }
  if (documents.isExcluded(uri)) {
    throw new UserError(
      'bad-argument',
      'This file is excluded: nothing of it is shown to the model.',
      'The setting sotto.excludedFiles says which files are.',
    );
  }
  return document;
}
