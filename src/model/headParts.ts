import type { TokenizerSpecification } from '../tokenizer/specification';

/** A run of token ids whose logits are computed together. */
export interface HeadPart {
  readonly firstId: number;
  readonly idCount: number;
  /** Rare tokens are computed only for a request that wants all of them. */
  readonly isRare: boolean;
}

const windowTokens = 1024;
/** The share of ASCII tokens in a window that belongs to the vocabulary's common part. */
const commonAsciiShare = 0.05;
/** Below this a second multiplication costs more than the rows it saves. */
const leastRareShare = 0.2;

/**
 * The vocabulary in parts, in order of id: common tokens, rare ones, special ones; or one part. Multilingual
 * vocabularies were made by adding words of other scripts behind an older vocabulary of English and code: 51,000 of
 * Qwen2.5's 151,936 tokens, which code in ASCII never needs, and whose logits are a tenth of the bytes that decoding
 * a token reads. Single bytes are always common, so that any text can be written without the rare part.
 */
export function planHeadParts({ tokenBytes, specialTokens }: TokenizerSpecification): readonly HeadPart[] {
  const tokenCount = tokenBytes.length;
  const specialIds = new Set(specialTokens.values());
  let specialFrom = tokenCount;
  while (specialFrom > 0 && specialIds.has(specialFrom - 1)) {
    specialFrom -= 1;
  }
  const rareFrom = endOfCommonTokens(tokenBytes.slice(0, specialFrom));
  if (specialFrom - rareFrom < leastRareShare * tokenCount) {
    return [{ firstId: 0, idCount: tokenCount, isRare: false }];
  }
  return [
    { firstId: 0, idCount: rareFrom, isRare: false },
    { firstId: rareFrom, idCount: specialFrom - rareFrom, isRare: true },
    { firstId: specialFrom, idCount: tokenCount - specialFrom, isRare: false },
  ].filter(({ idCount }) => idCount > 0);
}

function endOfCommonTokens(tokenBytes: readonly Uint8Array[]): number {
  let end = tokenBytes.length;
  while (end > 0) {
    const start = Math.floor((end - 1) / windowTokens) * windowTokens;
    const window = tokenBytes.slice(start, end);
    const asciiCount = window.filter((bytes) => bytes.every((byte) => byte < 0x80)).length;
    if (asciiCount >= commonAsciiShare * window.length || window.some((bytes) => bytes.length === 1)) {
      return end;
    }
    end = start;
  }
  return end;
}
