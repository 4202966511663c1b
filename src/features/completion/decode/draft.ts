import type { GeneratedToken } from '../../../engine/engine';
import type { CompletionTokenizer } from '../prompt/tokenizer';

/** Text that the model has produced after the cursor, with the probability of each of its tokens. */
export interface Draft {
  readonly text: string;
  readonly tokens: readonly DraftToken[];
  /** What is known of the first line besides its tokens' log-probabilities, to be added to them; absent: nothing. */
  readonly evidence?: number;
}

export interface DraftToken {
  readonly id: number;
  /** Where the token's text ends in the draft. */
  readonly end: number;
  readonly logProbability: number;
}

/** What is left of a draft when its first `characterCount` characters have been typed: that is evidence of its own. */
export function withoutTyped(draft: Draft, characterCount: number): Draft {
  const tokens = draft.tokens
    .filter((token) => token.end > characterCount)
    .map((token) => ({ ...token, end: token.end - characterCount }));
  return { text: draft.text.slice(characterCount), tokens };
}

/** The first `length` characters of a draft; a token that ends beyond still counts. */
export function cutDraft(draft: Draft, length: number): Draft {
  const first = draft.tokens.findIndex((token) => token.end >= length);
  const tokens = length === 0 ? [] : first < 0 ? draft.tokens : draft.tokens.slice(0, first + 1);
  return { ...draft, text: draft.text.slice(0, length), tokens };
}

/**
 * Turns tokens into a draft as they come. The first `healedBytes` bytes repeat text that the user has typed
 * (token healing) and are left out; bytes of a character whose end has not come yet wait for it.
 */
export class DraftDecoder {
  private readonly utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  private readonly tokens: DraftToken[] = [];
  private text = '';

  constructor(
    private readonly tokenizer: CompletionTokenizer,
    private healedByteCount: number,
  ) {}

  push({ id, logProbability }: GeneratedToken): void {
    const bytes = this.tokenizer.tokenBytes(id);
    const skipped = Math.min(this.healedByteCount, bytes.length);
    this.healedByteCount -= skipped;
    this.text += this.utf8.decode(bytes.subarray(skipped), { stream: true }).replaceAll('\r', '');
    // A token that only repeats typed text says nothing about the suggestion.
    if (skipped < bytes.length) {
      this.tokens.push({ id, end: this.text.length, logProbability });
    }
  }

  draft(): Draft {
    return { text: this.text, tokens: [...this.tokens] };
  }
}
