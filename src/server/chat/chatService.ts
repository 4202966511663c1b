import type { Connection } from 'vscode-languageserver';
import { userErrorOf } from '../../base/errors';
import type { Logger } from '../../base/logger';
import { createChatModel } from '../../features/chat/answer';
import { conversationLimits, converse, countTokens } from '../../features/chat/converse';
import type { ModelState } from '../../shared/modelState';
import * as protocol from '../../shared/protocol';
import { runCommand } from '../editor/commandResult';
import type { ResidentModel } from '../model/modelLoader';

/** What conversations need to know of the model. */
export interface ChatHost {
  /** Fulfils when `state` is known. */
  readonly started: Promise<void>;
  readonly state: ModelState;
  /** The model if it is in memory. */
  readonly resident: Pick<ResidentModel, 'commands'> | undefined;
  /** Rejects with a `UserError` when there is no model. */
  use<Value>(
    run: (model: Pick<ResidentModel, 'commands'>) => Promise<Value>,
    signal: AbortSignal,
  ): Promise<Value>;
}

/** Answers VS Code's requests for a chat model; `contextCapacity`: that of a model that is still on disk. */
export function listenToChatRequests(
  connection: Connection,
  logger: Logger,
  host: ChatHost,
  contextCapacity: number,
): void {
  connection.onRequest(protocol.chatModelRequest, async () => {
    await host.started;
    return describeChatModel(host, contextCapacity);
  });
  connection.onRequest(protocol.chatRequest, ({ requestId, messages }, token) =>
    runCommand(logger, token, (signal) =>
      host.use(async ({ commands: { engine, tokenizer, chatTemplate } }): Promise<protocol.ChatAnswer> => {
        const model = createChatModel(engine, tokenizer, chatTemplate);
        const onText = (text: string) => {
          if (text !== '') {
            void connection.sendNotification(protocol.chatProgressNotification, { requestId, text });
          }
        };
        const { ending } = await converse(model, messages, onText, signal);
        return { cut: ending === 'cut' };
      }, signal),
    ),
  );
  connection.onRequest(protocol.countTokensRequest, ({ text, isMessage }, token) =>
    runCommand(logger, token, (signal) =>
      host.use(
        ({ commands: { tokenizer } }) => Promise.resolve(countTokens(tokenizer, text, isMessage)),
        signal,
      ),
    ),
  );
}

/** Null when there is no model, or one that was not trained for conversations. */
function describeChatModel(
  { state, resident }: ChatHost,
  contextCapacity: number,
): protocol.ChatModelDescription | null {
  if (resident !== undefined) {
    return canChat(resident)
      ? { name: state.model, ...conversationLimits(resident.commands.engine.contextCapacity) }
      : null;
  }
  const isOnDisk = state.kind === 'unloaded' || state.kind === 'loading';
  return isOnDisk ? { name: state.model, ...conversationLimits(contextCapacity) } : null;
}

function canChat({
  commands: { engine, tokenizer, chatTemplate },
}: Pick<ResidentModel, 'commands'>): boolean {
  return userErrorOf(() => createChatModel(engine, tokenizer, chatTemplate)) === undefined;
}
