import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Logger } from '../base/logger';
import { createCompleter } from '../features/completion/completer';
import type { CompletionOptions, CompletionOutcome, CompletionRequest } from '../features/completion/types';
import type { LanguageModel } from '../runtime/languageModel';

/** VS Code's language identifiers by file name extension, for files that no editor has opened. */
const languageIds: Readonly<Record<string, string>> = {
  '.c': 'c',
  '.cc': 'cpp',
  '.cpp': 'cpp',
  '.cs': 'csharp',
  '.go': 'go',
  '.h': 'cpp',
  '.hpp': 'cpp',
  '.java': 'java',
  '.js': 'javascript',
  '.jsx': 'javascriptreact',
  '.mjs': 'javascript',
  '.php': 'php',
  '.py': 'python',
  '.rb': 'ruby',
  '.rs': 'rust',
  '.sh': 'shellscript',
  '.ts': 'typescript',
  '.tsx': 'typescriptreact',
};

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
      languageId: languageIds[extname(place.path).toLowerCase()] ?? 'plaintext',
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
