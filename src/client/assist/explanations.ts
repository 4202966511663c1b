import {
  commands,
  comments,
  env,
  Range,
  window,
  workspace,
  type CancellationToken,
  type CommentReply,
  type CommentThread,
  type Disposable,
  type TextDocumentChangeEvent,
  type Uri,
} from 'vscode';
import { UserError } from '../../base/errors';
import type { ExplanationProgress } from '../../shared/protocol';
import type { Settings } from '../../shared/settings';
import { requireEditor } from './activeEditor';
import { AnswerStatus } from './answerStatus';
import type { AssistRequests } from './assistRequests';
import { ConversationPage } from './conversationPage';
import { readEditorFacts } from './editorFacts';
import { Explanation, type AnswerState, type NameFact } from './explanation';
import { rangeAfter } from './rangeAfter';
import { referenceTo, toRange } from './references';

/** The explanations that are open, each in a comment thread at its code, and what can be done with them. */
export class Explanations implements Disposable {
  private readonly controller = comments.createCommentController('sotto', 'Sotto');
  private readonly status = new AnswerStatus();
  private readonly page = new ConversationPage();
  private readonly open: Explanation[] = [];
  private readonly edits = workspace.onDidChangeTextDocument((event) => this.follow(event));

  constructor(
    private readonly requests: AssistRequests,
    private readonly settings: () => Settings,
  ) {
    this.controller.options = {
      prompt: 'Ask about this code',
      placeHolder: 'Ask a question about this code',
    };
  }

  /** Explains the selection, or the symbol at the cursor, in a new thread. */
  async explain(): Promise<void> {
    const { document, selection } = requireEditor();
    await this.explainAt(document.uri, new Range(selection.start, selection.end), []);
  }

  /** Explains the code at `range`, or the symbol there when it is empty; the model is told `facts` first of all. */
  async explainAt(uri: Uri, range: Range, facts: readonly NameFact[]): Promise<void> {
    const thread = this.controller.createCommentThread(uri, range, []);
    thread.label = 'Sotto';
    const explanation = new Explanation(thread, range, facts, (state) => this.onAnswer(state));
    this.open.push(explanation);
    this.publishState();
    await this.run(explanation);
  }

  /** Explains the same code again. */
  async again(target: unknown, length?: 'shorter' | 'longer'): Promise<void> {
    const explanation = this.find(target);
    explanation.length = lengthAfter(explanation.length, length);
    await this.run(explanation);
  }

  /** The reply box gives the question; without one the user is asked for it. */
  async ask(target: unknown): Promise<void> {
    const explanation = this.find(target);
    const question = isReply(target)
      ? target.text
      : await window.showInputBox({ title: 'Sotto', prompt: 'A question about the explained code' });
    if (question === undefined || question.trim() === '') {
      return;
    }
    explanation.stop();
    // What was stopped has to say first how far it came: the question continues there.
    await explanation.idle;
    const { conversation } = explanation;
    await explanation.answer(question, (onProgress, token) =>
      conversation.length === 0
        ? this.request(explanation, question, onProgress, token)
        : this.requests.explain({ kind: 'question', conversation, question }, onProgress, token),
    );
  }

  stop(target: unknown): void {
    this.find(target, ({ isRunning }) => isRunning).stop();
  }

  async copy(target: unknown): Promise<void> {
    await env.clipboard.writeText(this.find(target).lastAnswer);
  }

  async showWhatTheModelSaw(target: unknown): Promise<void> {
    await this.page.open(this.find(target).conversation);
  }

  close(target: unknown): void {
    const explanation = this.find(target);
    this.remove(explanation);
  }

  dispose(): void {
    this.edits.dispose();
    this.open.splice(0).forEach((explanation) => explanation.dispose());
    this.page.dispose();
    this.status.dispose();
    this.controller.dispose();
  }

  private follow({ document, contentChanges }: TextDocumentChangeEvent): void {
    for (const explanation of this.open) {
      if (explanation.thread.uri.toString() === document.uri.toString()) {
        explanation.range = toRange(rangeAfter(explanation.range, contentChanges));
      }
    }
  }

  /** A thread without a single word is closed when it fails; the command shows why. */
  private async run(explanation: Explanation): Promise<void> {
    explanation.clear();
    try {
      await explanation.answer(undefined, (onProgress, token) =>
        this.request(explanation, null, onProgress, token),
      );
    } catch (error) {
      this.remove(explanation);
      throw error;
    }
  }

  private async request(
    explanation: Explanation,
    question: string | null,
    onProgress: (progress: ExplanationProgress) => void,
    token: CancellationToken,
  ) {
    const { thread, length, knownFacts } = explanation;
    const { uri } = thread;
    const reference = referenceTo(uri, explanation.range);
    const subject = await this.requests.subject(reference, token);
    if (subject === undefined) {
      return undefined;
    }
    explanation.range = toRange(subject.range);
    if (subject.name !== null) {
      thread.label = `Sotto: ${subject.name}`;
    }
    const facts = [...knownFacts, ...(await readEditorFacts(uri, subject.calls, this.settings()))];
    thread.range = explanation.range;
    return this.requests.explain({ kind: 'code', ...reference, facts, length, question }, onProgress, token);
  }

  private onAnswer(state: AnswerState): void {
    if (state === 'writing') {
      this.status.writing();
    } else {
      this.status.ended(state);
    }
    this.publishState();
  }

  /** The command palette offers what can be done: package.json's conditions read these keys. */
  private publishState(): void {
    const isExplaining = this.open.some(({ isRunning }) => isRunning);
    void commands.executeCommand('setContext', 'sotto.isExplaining', isExplaining);
    void commands.executeCommand('setContext', 'sotto.hasExplanation', this.open.length > 0);
  }

  /**
   * The thread whose button was pressed, or else the newest one in the active editor, or of all; of those `preferred`
   * if there are any.
   */
  private find(target: unknown, preferred: (explanation: Explanation) => boolean = () => true): Explanation {
    const thread = isReply(target) ? target.thread : target;
    const uri = window.activeTextEditor?.document.uri.toString();
    const some = this.open.filter(preferred);
    const candidates = some.length > 0 ? some : this.open;
    const found =
      this.open.find((explanation) => explanation.thread === thread) ??
      candidates.findLast((explanation) => explanation.thread.uri.toString() === uri) ??
      candidates.at(-1);
    if (found === undefined) {
      throw new UserError('bad-argument', 'No explanation is open.', 'Run "Sotto: Explain" first.');
    }
    return found;
  }

  private remove(explanation: Explanation): void {
    const index = this.open.indexOf(explanation);
    if (index >= 0) {
      this.open.splice(index, 1);
    }
    explanation.dispose();
    this.publishState();
  }
}

function lengthAfter(
  length: Explanation['length'],
  change: 'shorter' | 'longer' | undefined,
): Explanation['length'] {
  const lengths = ['short', 'normal', 'long'] as const;
  const step = change === undefined ? 0 : change === 'shorter' ? -1 : 1;
  return lengths[Math.min(2, Math.max(0, lengths.indexOf(length) + step))] ?? 'normal';
}

/** What VS Code hands to the reply box's command. */
function isReply(target: unknown): target is CommentReply & { readonly thread: CommentThread } {
  return typeof target === 'object' && target !== null && 'thread' in target && 'text' in target;
}
