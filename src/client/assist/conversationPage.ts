import { EventEmitter, Uri, window, workspace, type Disposable } from 'vscode';
import type { ConversationMessage } from '../../shared/protocol';

const SCHEME = 'sotto-conversation';
const pageUri = Uri.from({ scheme: SCHEME, path: '/What the model saw.md' });

const titles = { system: 'Instruction', user: 'Question', assistant: 'Answer' } as const;

/** The read-only page that shows, word for word, what the model was given for an explanation, and its answers. */
export class ConversationPage implements Disposable {
  private readonly emitter = new EventEmitter<Uri>();
  private readonly registration: Disposable;
  private text = '';

  constructor() {
    this.registration = workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: this.emitter.event,
      provideTextDocumentContent: () => this.text,
    });
  }

  async open(conversation: readonly ConversationMessage[]): Promise<void> {
    this.text = conversation
      .map(({ role, content }) => `# ${titles[role]}\n\n${content.trim()}\n`)
      .join('\n');
    this.emitter.fire(pageUri);
    await window.showTextDocument(await workspace.openTextDocument(pageUri), { preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.emitter.dispose();
  }
}
