import {
  LanguageModelChatMessageRole,
  LanguageModelDataPart,
  LanguageModelTextPart,
  LanguageModelToolResultPart,
  type LanguageModelChatRequestMessage,
} from 'vscode';
import { UserError } from '../../base/errors';
import type { ConversationMessage } from '../../shared/protocol';

/** The text of a conversation. Throws a `UserError` (`bad-argument`) when it holds an image. */
export function toConversation(messages: readonly LanguageModelChatRequestMessage[]): ConversationMessage[] {
  return messages.map(({ role, content }) => ({ role: roleName(role), content: messageText(content) }));
}

/**
 * The text of a message's parts, the results of tools that another model called among it; calls, and marks for the
 * caches of other providers, are not told to the model.
 */
export function messageText(parts: readonly unknown[]): string {
  return parts.map(partText).join('');
}

function partText(part: unknown): string {
  if (part instanceof LanguageModelTextPart) {
    return part.value;
  }
  if (part instanceof LanguageModelToolResultPart) {
    return messageText(part.content);
  }
  if (part instanceof LanguageModelDataPart && part.mimeType.startsWith('image/')) {
    throw new UserError('bad-argument', "Sotto's model reads text only.", 'Leave the image out.');
  }
  return '';
}

/** VS Code's own chat sends system messages, too, whose role (3) the API has no name for yet. */
function roleName(role: LanguageModelChatMessageRole): ConversationMessage['role'] {
  switch (role) {
    case LanguageModelChatMessageRole.User:
      return 'user';
    case LanguageModelChatMessageRole.Assistant:
      return 'assistant';
    default:
      return 'system';
  }
}
