import { healPrompt } from '../../../tokenizer/healing';
import { displayPath } from '../documentPath';
import type { ContextHeader, PromptContext } from './context';
import type { FimTokens } from './fimTokens';
import { fitEnd } from './fit';
import type { CompletionTokenizer } from './tokenizer';

/** A prompt in the two parts that change at different speeds. */
export interface Prompt {
  /** Up to and with the middle token: the same for every keystroke on a line. */
  readonly headIds: readonly number[];
  /** The whole prompt: `headIds` and the typed part of the line, less what is healed. */
  readonly promptIds: readonly number[];
  /** Bytes of the typed text that the model has to reproduce first. */
  readonly remainingBytes: Uint8Array;
}

/** Typed text of a line beyond this is cut from its front: it would push the file out of the prompt. */
const MAX_TYPED_TOKENS = 96;

/**
 * The anchored prompt: the prefix ends at the start of the cursor's line, and what is typed on that line stands
 * after the middle token, as the beginning of the middle. Typing changes only the end of the prompt, so the KV
 * cache of all the rest stays valid.
 *
 *     ‹repo›name ‹file›path snippet… ‹file›path ‹prefix›lines above‹suffix›rest of line, lines below‹middle›typed
 */
export function buildPrompt(
  { uri, header, window }: PromptContext,
  linePrefix: string,
  fim: FimTokens,
  tokenizer: CompletionTokenizer,
): Prompt {
  const headIds = [
    ...headerIds(uri, header, fim, tokenizer),
    fim.prefix,
    ...tokenizer.encode(window.prefix),
    fim.suffix,
    ...tokenizer.encode(window.suffix),
    fim.middle,
  ];
  const typed = healPrompt(tokenizer, fitEnd(linePrefix, MAX_TYPED_TOKENS, tokenizer));
  return { headIds, promptIds: [...headIds, ...typed.ids], remainingBytes: typed.remainingBytes };
}

/** Qwen2.5-Coder's repository format, where the model has one and there is something to put into it. */
function headerIds(
  uri: string,
  { repositoryName, path, snippets }: ContextHeader,
  { repository }: FimTokens,
  tokenizer: CompletionTokenizer,
): number[] {
  if (repository === undefined || (path === undefined && snippets.length === 0)) {
    return [];
  }
  const files = snippets.flatMap((snippet) => [
    repository.file,
    ...tokenizer.encode(`${displayPath(snippet.uri)}\n${snippet.text}`),
  ]);
  return [
    repository.name,
    ...tokenizer.encode(`${repositoryName}\n`),
    ...files,
    repository.file,
    ...tokenizer.encode(`${path ?? displayPath(uri)}\n`),
  ];
}
