import { UserError } from '../base/errors';

/**
 * The ordinary tokens as tiktoken reads them: lines of `! firstId token token …`, each token in base64, ids
 * counting up along a line. A token's id is also its rank for merging: byte-level vocabularies list the 256
 * bytes first and then the merged tokens in the order of the merges (as OpenAI's own tiktoken derives its ranks
 * from GPT-2's files, tiktoken/load.py). Tokens that `isSpecial` names are left out, so no text becomes them.
 * Throws a `UserError` when a single byte has no token, because then some text would have none.
 */
export function createRankTable(
  tokenBytes: readonly Uint8Array[],
  isSpecial: (id: number) => boolean,
): string {
  const table = Buffer.allocUnsafe(longestTableLength(tokenBytes));
  const singleBytes = new Set<number>();
  let length = 0;
  let lineIsOpen = false;
  for (let id = 0; id < tokenBytes.length; id++) {
    const bytes = tokenBytes[id]!;
    if (bytes.length === 0 || isSpecial(id)) {
      lineIsOpen = false;
      continue;
    }
    if (bytes.length === 1) {
      singleBytes.add(bytes[0]!);
    }
    length += table.write(lineIsOpen ? ' ' : `${length === 0 ? '' : '\n'}! ${id} `, length, 'latin1');
    length = writeBase64(bytes, table, length);
    lineIsOpen = true;
  }
  requireAllBytes(singleBytes);
  return table.toString('latin1', 0, length);
}

function requireAllBytes(singleBytes: ReadonlySet<number>): void {
  if (singleBytes.size < 256) {
    throw new UserError(
      'unsupported-model',
      `The model's vocabulary has tokens for only ${singleBytes.size} of the 256 byte values.`,
      'Choose a model with a byte-level BPE vocabulary, such as Qwen2.5-Coder.',
    );
  }
}

/** Room for every token on a line of its own. */
function longestTableLength(tokenBytes: readonly Uint8Array[]): number {
  const lineStartLength = `\n! ${tokenBytes.length} `.length;
  let length = 0;
  for (let id = 0; id < tokenBytes.length; id++) {
    length += lineStartLength + 4 * Math.ceil(tokenBytes[id]!.length / 3);
  }
  return length;
}

const base64Digits = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const padding = '='.charCodeAt(0);

/**
 * Writes `bytes` in base64 (RFC 4648) at `offset` and returns the offset after it. Buffer's own conversion makes
 * a string of each token, which for 150,000 short ones takes 100 ms in place of 15.
 */
function writeBase64(bytes: Uint8Array, target: Uint8Array, offset: number): number {
  const byteCount = bytes.length;
  for (let index = 0; index < byteCount; index += 3) {
    const second = index + 1 < byteCount ? bytes[index + 1]! : 0;
    const third = index + 2 < byteCount ? bytes[index + 2]! : 0;
    const bits = (bytes[index]! << 16) | (second << 8) | third;
    target[offset++] = base64Digits[bits >> 18]!;
    target[offset++] = base64Digits[(bits >> 12) & 63]!;
    target[offset++] = index + 1 < byteCount ? base64Digits[(bits >> 6) & 63]! : padding;
    target[offset++] = index + 2 < byteCount ? base64Digits[bits & 63]! : padding;
  }
  return offset;
}
