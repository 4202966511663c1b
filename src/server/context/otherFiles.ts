import type { TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Logger } from '../../base/logger';
import type { TextDocument as DocumentText } from '../../features/completion/types';
import { readImportedFiles } from './importedFiles';
import { RecentDocuments } from './recentDocuments';

export interface OtherFilesOptions {
  readonly documents: TextDocuments<TextDocument>;
  /** Paths of the window's folders. */
  readonly folders: () => readonly string[];
  readonly isExcluded: (uri: string) => boolean;
  /** False by the user's wish, and where nobody knows who wrote them: in a workspace that is not trusted. */
  readonly mayRead: () => boolean;
  readonly logger: Logger;
}

/** What the model may see besides the document that is worked on: nothing, or what the user works with. */
export class OtherFiles {
  private readonly recent = new RecentDocuments();

  constructor(private readonly options: OtherFilesOptions) {
    const { documents } = options;
    documents.onDidOpen(({ document }) => this.recent.noteUse(document.uri));
    documents.onDidChangeContent(({ document }) => this.recent.noteUse(document.uri));
    documents.onDidClose(({ document }) => this.recent.noteClosed(document.uri));
  }

  /** The document is in the active editor. */
  noteUse(uri: string): void {
    this.recent.noteUse(uri);
  }

  /** Reads from the disk what the document imports. Never rejects. */
  async readImports(document: TextDocument): Promise<void> {
    const { documents, folders, isExcluded, mayRead, logger } = this.options;
    const skip = (uri: string) => documents.get(uri) !== undefined || isExcluded(uri);
    const imported = mayRead()
      ? await readImportedFiles(asDocumentText(document), folders(), skip, logger)
      : [];
    this.recent.setImported(document.uri, imported);
  }

  /** For the prompt of `document`, the most relevant first. */
  relatedTo(document: DocumentText): readonly DocumentText[] {
    const { documents, isExcluded, mayRead } = this.options;
    return mayRead() ? this.recent.related(document, documents.all().map(asDocumentText), isExcluded) : [];
  }

  /** Texts of the open documents in the language of `document`. */
  textsLike({ uri, languageId }: TextDocument): readonly string[] {
    const { documents, isExcluded, mayRead } = this.options;
    const isLike = (other: TextDocument) =>
      other.languageId === languageId && other.uri !== uri && !isExcluded(other.uri);
    return mayRead()
      ? documents
          .all()
          .filter(isLike)
          .map((other) => other.getText())
      : [];
  }
}

/** A document as it is now. */
export function asDocumentText(document: TextDocument): DocumentText {
  const { uri, languageId, version } = document;
  return { uri, languageId, version, text: document.getText() };
}
