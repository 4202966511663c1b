import { pathToFileURL } from 'node:url';
import type { Logger } from '../base/logger';
import { createCompleter } from '../features/completion/engineCompleter';
import type { CompletionOptions, CompletionOutcome, CompletionRequest } from '../features/completion/types';
import type { LanguageModel } from '../runtime/languageModel';
import { languageIdOf } from './languages';

/** Someone who runs a command waits for the whole answer. */
const terminalOptions: CompletionOptions = {
  multiLine: 'automatic',
  inComments: true,
  inStrings: true,
  maxPromptTokens: 1200,
  deadlineMs: 60_000,
};

/** The suggestion of the shipping pipeline for one place in a text, as if the user had asked for it by key. */
export async function completeOnce(
  model: LanguageModel,
  place: { readonly path: string; readonly text: string; readonly offset: number },
  logger: Logger,
  signal: AbortSignal,
): Promise<CompletionOutcome> {
  const completer = createCompleter({ engine: model.engine, tokenizer: model.tokenizer, logger });
  const request: CompletionRequest = {
    document: {
      uri: pathToFileURL(place.path).href,
      languageId: languageIdOf(place.path),
      version: 1,
      text: place.text,
    },
    offset: place.offset,
    trigger: 'manual',
    relatedFiles: [],
    options: terminalOptions,
  };
  const outcome = await completer.complete(request, signal);
  signal.throwIfAborted();
  return outcome;
}
