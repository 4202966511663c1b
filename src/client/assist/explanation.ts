import {
  CancellationTokenSource,
  CommentMode,
  CommentThreadCollapsibleState,
  MarkdownString,
  type Comment,
  type CommentThread,
  type Disposable,
  type Range,
} from 'vscode';
import type { ConversationMessage, ExplanationAnswer, ExplanationProgress } from '../../shared/protocol';
import { conversationAfterStop } from './conversation';
import { withoutImages } from './withoutImages';

/** Streamed text is drawn at most this often: each time VS Code renders the whole comment anew. */
const DRAW_INTERVAL_MS = 100;

/** Something that is known of a name in the explained code. */
export interface NameFact {
  readonly name: string;
  readonly text: string;
}

interface Turn {
  readonly author: 'Sotto' | 'You';
  text: string;
}

type Ask = (
  onProgress: (progress: ExplanationProgress) => void,
  token: CancellationTokenSource['token'],
) => Promise<ExplanationAnswer | undefined>;

export type AnswerState = 'writing' | 'complete' | 'stopped' | 'failed';

/** One comment thread with its conversation. The thread shows what `turns` hold. */
export class Explanation implements Disposable {
  length: 'short' | 'normal' | 'long' = 'normal';
  private readonly turns: Turn[] = [];
  private messages: readonly ConversationMessage[] = [];
  private running: CancellationTokenSource | undefined;
  private ended: Promise<void> = Promise.resolve();
  private drawTimer: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(
    readonly thread: CommentThread,
    /** The explained code, kept up with edits: VS Code moves the thread on the screen, but not `thread.range`. */
    public range: Range,
    /** What the model is told besides what the editor knows of the code. */
    readonly knownFacts: readonly NameFact[],
    /** An answer begins, or has ended in some way. */
    private readonly onChange: (state: AnswerState) => void,
  ) {
    thread.collapsibleState = CommentThreadCollapsibleState.Expanded;
    thread.canReply = true;
  }

  /** The conversation so far, which a question continues; empty while there is none. */
  get conversation(): readonly ConversationMessage[] {
    return this.messages;
  }

  get lastAnswer(): string {
    return this.turns.findLast(({ author }) => author === 'Sotto')?.text ?? '';
  }

  /** Forgets all turns: the code is explained anew. */
  clear(): void {
    this.turns.splice(0);
    this.messages = [];
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Resolves when no answer is being written. */
  get idle(): Promise<void> {
    return this.ended;
  }

  /** Streams an answer into the thread; what ran before stops. `question` is shown above it. */
  async answer(question: string | undefined, ask: Ask): Promise<void> {
    this.stop();
    const answering = this.stream(question, ask);
    // Who asked sees the error.
    this.ended = answering.catch(() => undefined);
    await answering;
  }

  private async stream(question: string | undefined, ask: Ask): Promise<void> {
    const source = new CancellationTokenSource();
    this.running = source;
    let state: AnswerState = 'stopped';
    this.onChange('writing');
    if (question !== undefined) {
      this.turns.push({ author: 'You', text: question });
    }
    const turn: Turn = { author: 'Sotto', text: '' };
    this.turns.push(turn);
    const before = this.messages;
    let prompt: readonly ConversationMessage[] | undefined;
    this.draw('*Reading the code …*');
    try {
      const answer = await ask((progress) => {
        prompt = progress.kind === 'prompt' ? progress.messages : prompt;
        this.onProgress(turn, progress);
      }, source.token);
      if (answer === undefined) {
        this.remember(source, conversationAfterStop({ before, prompt, text: turn.text }));
        turn.text = `${turn.text}\n\n*Stopped.*`.trim();
      } else {
        state = 'complete';
        turn.text = answer.cut ? `${answer.text} …` : answer.text;
        this.remember(source, answer.conversation);
      }
    } catch (error) {
      state = 'failed';
      turn.text = `${turn.text}\n\n*Failed.*`.trim();
      throw error;
    } finally {
      source.dispose();
      const isCurrent = this.running === source;
      if (isCurrent) {
        this.running = undefined;
      }
      this.draw();
      // Last: what is announced stands there.
      if (isCurrent) {
        this.onChange(state);
      }
    }
  }

  stop(): void {
    this.running?.cancel();
  }

  dispose(): void {
    this.disposed = true;
    this.stop();
    clearTimeout(this.drawTimer);
    this.thread.dispose();
  }

  /** Of an answer that another one has replaced, nothing is continued. */
  private remember(source: CancellationTokenSource, messages: readonly ConversationMessage[]): void {
    if (this.running === source) {
      this.messages = messages;
    }
  }

  private onProgress(turn: Turn, progress: ExplanationProgress): void {
    if (progress.kind === 'part') {
      const { name, partIndex, partCount } = progress;
      this.draw(`*Reading \`${name}\` (${partIndex + 1} of ${partCount}) …*`);
    } else if (progress.kind === 'text') {
      turn.text += progress.text;
      this.drawTimer ??= setTimeout(() => this.draw(), DRAW_INTERVAL_MS);
    }
  }

  /** `waiting` stands in for an answer that has no text yet. */
  private draw(waiting = ''): void {
    clearTimeout(this.drawTimer);
    this.drawTimer = undefined;
    if (this.disposed) {
      return;
    }
    this.thread.contextValue = this.running === undefined ? 'done' : 'running';
    this.thread.comments = this.turns
      .map(({ author, text }) => ({ author, text: text === '' ? waiting : text }))
      .map(({ author, text }): Comment => ({
        author: { name: author },
        // Not trusted: a model's text must not hold links that run commands.
        body: new MarkdownString(withoutImages(text)),
        mode: CommentMode.Preview,
      }));
  }
}
