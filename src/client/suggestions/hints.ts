import { Disposable, window, type TextEditor } from 'vscode';
import type { DocumentPosition } from '../../shared/protocol';
import { isSupported } from '../documentSelector';

/** A cursor that stood still this long is where the user will type next (Cody's preload uses the same time). */
const REST_MS = 150;

export interface HintReceiver {
  activeEditor(place: DocumentPosition): void;
  cursorRest(place: DocumentPosition): void;
}

/** Tells `receiver` where the user is about to type, so that the model can read ahead. */
export function watchCursor(receiver: HintReceiver): Disposable {
  let timer: NodeJS.Timeout | undefined;
  return Disposable.from(
    window.onDidChangeActiveTextEditor((editor) => {
      const place = placeOf(editor);
      if (place !== undefined) {
        receiver.activeEditor(place);
      }
    }),
    window.onDidChangeTextEditorSelection(({ textEditor }) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const place = placeOf(textEditor);
        if (place !== undefined && textEditor === window.activeTextEditor) {
          receiver.cursorRest(place);
        }
      }, REST_MS);
    }),
    new Disposable(() => clearTimeout(timer)),
  );
}

/** Where the cursor stands in an editor whose document Sotto serves. */
export function placeOf(editor: TextEditor | undefined): DocumentPosition | undefined {
  if (editor === undefined || !isSupported(editor.document)) {
    return undefined;
  }
  const { line, character } = editor.selection.active;
  return { uri: editor.document.uri.toString(), position: { line, character } };
}
