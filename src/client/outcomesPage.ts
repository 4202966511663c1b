import { EventEmitter, Uri, window, workspace, type Disposable } from 'vscode';

const SCHEME = 'sotto-outcomes';
/** The ending selects the language, and with it the grammar of syntaxes/. */
const pageUri = Uri.from({ scheme: SCHEME, path: '/Why no suggestion.sotto-outcomes' });

/**
 * The read-only page of the last outcomes; its text is asked from the server each time it is opened. Where that fails, it
 * is the text that is known without the server.
 */
export class OutcomesPage implements Disposable {
  private readonly emitter = new EventEmitter<Uri>();
  private readonly registration: Disposable;

  constructor(readText: () => Promise<string>, textWithoutServer: (error: unknown) => string) {
    this.registration = workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: this.emitter.event,
      provideTextDocumentContent: async () => {
        try {
          return await readText();
        } catch (error) {
          return textWithoutServer(error);
        }
      },
    });
  }

  async open(): Promise<void> {
    this.emitter.fire(pageUri);
    const document = await workspace.openTextDocument(pageUri);
    await window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.emitter.dispose();
  }
}
