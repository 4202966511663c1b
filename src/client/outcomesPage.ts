import { EventEmitter, Uri, window, workspace, type Disposable } from 'vscode';

const SCHEME = 'sotto-outcomes';
/** The ending selects the language, and with it the grammar of syntaxes/. */
const pageUri = Uri.from({ scheme: SCHEME, path: '/Why no suggestion.sotto-outcomes' });

/** The read-only page of the last outcomes; its text is asked from the server each time it is opened. */
export class OutcomesPage implements Disposable {
  private readonly emitter = new EventEmitter<Uri>();
  private readonly registration: Disposable;

  constructor(readText: () => Promise<string>) {
    this.registration = workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: this.emitter.event,
      provideTextDocumentContent: () => readText(),
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
