import { commands, window, type Position, type TextDocument } from 'vscode';
import type { DocumentPosition, ReadySuggestion } from '../../shared/protocol';

/** The editor passes a command on to the provider within this time. */
const REQUEST_MS = 1000;

/** Has the editor ask for suggestions that came late. */
export class ReadySuggestions {
  private asked: { readonly place: DocumentPosition; readonly atMs: number } | undefined;

  constructor(private readonly pauseReason: (languageId: string) => string | undefined) {}

  /**
   * Asks for the suggestion again, now that it is there in full, if the user still waits at its place. The editor tells
   * nobody that a suggestion was dismissed, but goes to the next one only where one is shown, and asks anew for that.
   */
  async show({ uri, position, isPartShown }: ReadySuggestion): Promise<void> {
    const editor = window.activeTextEditor;
    const cursor = editor?.selection.active;
    const isThere =
      editor?.document.uri.toString() === uri &&
      editor.selections.length === 1 &&
      editor.selection.isEmpty &&
      cursor?.line === position.line &&
      cursor.character === position.character;
    if (isThere && this.pauseReason(editor.document.languageId) === undefined) {
      this.asked = { place: { uri, position }, atMs: performance.now() };
      await commands.executeCommand(`editor.action.inlineSuggest.${isPartShown ? 'showNext' : 'trigger'}`);
    }
  }

  /** Whether a request that looks as if it was made by key is what `show` brought about; true once for each. */
  take(document: TextDocument, { line, character }: Position): boolean {
    const { asked } = this;
    const isIt =
      asked !== undefined &&
      performance.now() - asked.atMs < REQUEST_MS &&
      asked.place.uri === document.uri.toString() &&
      asked.place.position.line === line &&
      asked.place.position.character === character;
    this.asked = undefined;
    return isIt;
  }
}
