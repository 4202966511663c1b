import {
  CancellationError,
  EventEmitter,
  LanguageModelTextPart,
  lm,
  type CancellationToken,
  type Disposable,
  type LanguageModelChatInformation,
  type LanguageModelChatProvider,
  type LanguageModelChatRequestMessage,
  type LanguageModelResponsePart,
  type Progress,
  type ProvideLanguageModelChatResponseOptions,
} from 'vscode';
import { UserError } from '../../base/errors';
import type { ChatModelDescription } from '../../shared/protocol';
import type { AssistRequests } from '../assist/assistRequests';
import { messageText, toConversation } from './messages';

/** Package.json declares it under the same name. */
const vendor = 'sotto';

/**
 * Offers Sotto's model to other extensions and to the chat view. Registering it asks nothing of the server; `describe`
 * does, when VS Code wants to know which models there are.
 */
export class ChatProvider implements LanguageModelChatProvider, Disposable {
  private readonly emitter = new EventEmitter<void>();
  private readonly registration: Disposable;

  constructor(
    private readonly requests: AssistRequests,
    private readonly describe: (token: CancellationToken) => Promise<ChatModelDescription | null>,
  ) {
    this.registration = lm.registerLanguageModelChatProvider(vendor, this);
  }

  get onDidChangeLanguageModelChatInformation() {
    return this.emitter.event;
  }

  /** Called when there may be another model than before, or none. */
  noteChange(): void {
    this.emitter.fire();
  }

  async provideLanguageModelChatInformation(
    _options: unknown,
    token: CancellationToken,
  ): Promise<LanguageModelChatInformation[]> {
    const model = await this.describe(token);
    if (model === null) {
      return [];
    }
    const { name, maxInputTokens, maxOutputTokens } = model;
    return [
      {
        id: name,
        name,
        family: name,
        version: '1',
        detail: 'Sotto',
        tooltip: 'A small model that runs on this machine.',
        maxInputTokens,
        maxOutputTokens,
        capabilities: { imageInput: false, toolCalling: false },
      },
    ];
  }

  async provideLanguageModelChatResponse(
    _model: LanguageModelChatInformation,
    messages: readonly LanguageModelChatRequestMessage[],
    _options: ProvideLanguageModelChatResponseOptions,
    progress: Progress<LanguageModelResponsePart>,
    token: CancellationToken,
  ): Promise<void> {
    const onText = ({ text }: { readonly text: string }) => progress.report(new LanguageModelTextPart(text));
    const answer = await withAdvice(() =>
      this.requests.chat({ messages: toConversation(messages) }, onText, token),
    );
    if (answer === undefined) {
      throw new CancellationError();
    }
  }

  async provideTokenCount(
    _model: LanguageModelChatInformation,
    text: string | LanguageModelChatRequestMessage,
    token: CancellationToken,
  ): Promise<number> {
    const count = await withAdvice(() =>
      this.requests.countTokens(
        typeof text === 'string'
          ? { text, isMessage: false }
          : { text: messageText(text.content), isMessage: true },
        token,
      ),
    );
    if (count === undefined) {
      throw new CancellationError();
    }
    return count;
  }

  dispose(): void {
    this.registration.dispose();
    this.emitter.dispose();
  }
}

/** Who asked sees the message of an error and nothing else of it. */
async function withAdvice<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError) {
      throw new Error(`${error.message} ${error.advice}`, { cause: error });
    }
    throw error;
  }
}
