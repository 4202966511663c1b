import { healPrompt } from '../../../tokenizer/healing';
import { displayPath } from '../documentPath';
import { syntaxOf } from '../languages';
import type { PromptContext } from './context';
import type { FimTokens } from './fimTokens';
import { fitEnd } from './fit';
import type { CompletionTokenizer } from './tokenizer';

/** A prompt in the parts that change at different speeds. */
export interface Prompt {
  /** Up to the start of the cursor's line. */
  readonly beginningIds: readonly number[];
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
 *     ‹prefix›snippets of other files, lines above‹suffix›rest of line, lines below‹middle›typed
 */
export function buildPrompt(
  context: PromptContext,
  linePrefix: string,
  fim: FimTokens,
  tokenizer: CompletionTokenizer,
): Prompt {
  const { window } = context;
  const beginningIds = [fim.prefix, ...encodeBeginning(context, window.prefix, tokenizer)];
  const headIds = [...beginningIds, fim.suffix, ...tokenizer.encode(window.suffix), fim.middle];
  const typed = healPrompt(tokenizer, fitEnd(linePrefix, MAX_TYPED_TOKENS, tokenizer));
  return {
    beginningIds,
    headIds,
    promptIds: [...headIds, ...typed.ids],
    remainingBytes: typed.remainingBytes,
  };
}

/** The tokens of `prefix`, lines of the file, after what other files show. */
export function encodeBeginning(
  context: PromptContext,
  prefix: string,
  tokenizer: CompletionTokenizer,
): readonly number[] {
  return tokenizer.encode(snippetText(context) + prefix);
}

/**
 * Other files' code as if it stood above in this one, each part under its path as a comment. The model's repository
 * format, made for this, was worse than no context at all with the small instruct model (24.2 against 27.5 % exact lines,
 * n = 120); this form was better (43.8 against 35.0 % of other development items, n = 80).
 */
function snippetText({ uri, languageId, snippets }: PromptContext): string {
  const { lineComments, blockComments } = syntaxOf(languageId);
  const [open, close] = lineComments[0] === undefined ? (blockComments[0] ?? []) : [lineComments[0], ''];
  if (snippets.length === 0 || open === undefined) {
    return '';
  }
  const heading = (shown: string) => `${`${open} ${displayPath(shown)} ${close}`.trimEnd()}\n`;
  const parts = snippets.map((snippet) => `${heading(snippet.uri)}${snippet.text}\n`);
  return `${parts.join('')}${heading(uri)}`;
}
