/** GPT-2's alphabet: each byte as one printable character (`bytes_to_unicode` in openai/gpt-2). */
const isPrintable = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
const byteCharacters = (() => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const printable = bytes.filter(isPrintable).map((byte) => String.fromCharCode(byte));
  const others = bytes
    .filter((byte) => !isPrintable(byte))
    .map((_, index) => String.fromCharCode(0x100 + index));
  return [...printable, ...others];
})();

/** The order of `byteCharacters`: printable bytes first. */
const byteOfCharacter = new Map(
  [...Array(256).keys()]
    .toSorted((one, other) => Number(isPrintable(other)) - Number(isPrintable(one)))
    .map((byte, index) => [byteCharacters[index]!, byte]),
);

/** Pairs in the order of their ranks; `Ġ` is a space, `Ċ` a line feed. */
const merges = [
  ...['Ġ Ġ', 'ĠĠ ĠĠ', 'i n', 'r e', 'o n', 'e r', 'a t', 't h', 'e n', 'o r', 'Ċ ĠĠ', 'ĊĠĠ ĠĠ'],
  ...['t u', 're tu', 'r n', 'retu rn', 'Ġ return', 'd e', 'de f', 'Ġ =', 'c on', 's t', 'con st', '( )'],
  ...['f u', 'fu n', 'c t', 'i on', 'ct ion', 'fun ction', 'l e', 'le t', 'i f', 'Ġ in', 'i s', 'th is'],
  ...[') ;', '; Ċ', 'Ġ (', 'f or', 'Ġ {', 'Ġ }', 'e l', 'el se'],
];

const specialTokens = [
  ...['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>'],
  ...['<|fim_pad|>', '<|repo_name|>', '<|file_sep|>'],
];

const ordinaryTokens = [...byteCharacters, ...merges.map((pair) => pair.replace(' ', ''))];

/** What an ordinary token's name stands for. */
export function bytesOfName(name: string): Uint8Array {
  return Uint8Array.from(name, (character) => byteOfCharacter.get(character) ?? NaN);
}

/** A small but real byte-level BPE: every byte, a few merges, and the special tokens by Qwen's names. */
export const tinyVocabulary = {
  tokens: [...ordinaryTokens, ...specialTokens],
  /** 1: normal, 3: control. */
  types: [...ordinaryTokens.map(() => 1), ...specialTokens.map(() => 3)],
  merges,
} as const;
