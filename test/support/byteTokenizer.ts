import type { CompletionTokenizer, Healing } from '../../src/features/completion/prompt/tokenizer';

const specialNames = [
  '<|endoftext|>',
  '<|fim_prefix|>',
  '<|fim_suffix|>',
  '<|fim_middle|>',
  '<|repo_name|>',
  '<|file_sep|>',
];
const firstSpecialId = 256;

/** A tokenizer whose tokens are the 256 bytes, and the special tokens of Qwen2.5-Coder. */
export const byteTokenizer: CompletionTokenizer & { readonly vocabularySize: number } = {
  encode: (text) => [...new TextEncoder().encode(text)],
  // Special tokens show as their name, so that a prompt can be read in a test.
  decode: (ids) => {
    const bytes = ids.flatMap((id) => [...tokenBytes(id)]);
    return new TextDecoder().decode(new Uint8Array(bytes));
  },
  tokenBytes,
  specialId: (name) => {
    const index = specialNames.indexOf(name);
    return index < 0 ? undefined : firstSpecialId + index;
  },
  endOfTextIds: [firstSpecialId],
  vocabularySize: firstSpecialId + specialNames.length,
};

/** Heals the last byte of the typed text. */
export const byteHealing: Healing = {
  healPrompt: (typedText) => {
    const ids = byteTokenizer.encode(typedText);
    return { ids: ids.slice(0, -1), remainingBytes: Uint8Array.from(ids.slice(-1)) };
  },
  createConstraint: (remainingBytes) => {
    let done = 0;
    return {
      allowedIds: () => (done < remainingBytes.length ? [remainingBytes[done] ?? 0] : undefined),
      accept: () => {
        done += 1;
      },
    };
  },
};

function tokenBytes(id: number): Uint8Array {
  const special = specialNames[id - firstSpecialId];
  return special === undefined ? Uint8Array.of(id) : new TextEncoder().encode(special);
}
