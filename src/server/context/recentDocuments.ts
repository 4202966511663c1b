import type { TextDocument } from '../../features/completion/types';

const MAX_OPEN_COUNT = 5;
/** Longer documents cost more to cut into pieces than they are worth to the prompt. */
const MAX_TEXT_LENGTH = 256 * 1024;

/** Remembers which documents the user worked with last, and what each imports. */
export class RecentDocuments {
  private useCount = 0;
  /** By URI: when the document was last used, as a count of uses. */
  private readonly lastUse = new Map<string, number>();
  private readonly imported = new Map<string, readonly TextDocument[]>();

  /** The document was edited, opened or made the active one. */
  noteUse(uri: string): void {
    this.useCount += 1;
    this.lastUse.set(uri, this.useCount);
  }

  noteClosed(uri: string): void {
    this.lastUse.delete(uri);
    this.imported.delete(uri);
  }

  /** The files that `uri` imports and that are not open, as they were on disk a moment ago. */
  setImported(uri: string, files: readonly TextDocument[]): void {
    this.imported.set(uri, files);
  }

  /**
   * Other files worth showing to the model, most relevant first: open documents, those used last and of the same
   * language first, then imported files. While one document is edited the order stays as it is, so that the
   * prompt's beginning stays as it is.
   */
  related(
    document: TextDocument,
    open: readonly TextDocument[],
    skip: (uri: string) => boolean,
  ): readonly TextDocument[] {
    const openUris = new Set(open.map(({ uri }) => uri));
    const rank = ({ uri, languageId }: TextDocument) =>
      (this.lastUse.get(uri) ?? 0) + (languageId === document.languageId ? this.useCount + 1 : 0);
    const recent = open.toSorted((a, b) => rank(b) - rank(a));
    const imported = (this.imported.get(document.uri) ?? []).filter(({ uri }) => !openUris.has(uri));
    const usable = ({ uri, text }: TextDocument) =>
      uri !== document.uri && !skip(uri) && text.length <= MAX_TEXT_LENGTH;
    return [...recent.filter(usable).slice(0, MAX_OPEN_COUNT), ...imported.filter(usable)];
  }
}
