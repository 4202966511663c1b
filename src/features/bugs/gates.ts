import type { SlipEdit } from './candidates/edit';
import { isNameKind } from './types';

export type DropReason = 'name-unknown' | 'habit';

/**
 * Says of an edit why it is not worth asking the model about; undefined when nothing speaks against it. Only from
 * the text: what the author does again elsewhere in the file (`text`) is meant, and a name that hardly stands in
 * what the model reads (`readText`) is one that it does not know: it would doubt it everywhere.
 */
export function createGate(text: string, readText: string): (edit: SlipEdit) => DropReason | undefined {
  const nameCounts = countTokens(readText);
  const allTokens = joinTokens(tokensOf(text));
  return (edit) => {
    if (isNameKind(edit.kind) && (nameCounts.get(edit.found) ?? 0) < leastNameCount) {
      return 'name-unknown';
    }
    const phrase = joinTokens(phraseAround(text, edit));
    return allTokens.indexOf(phrase) !== allTokens.lastIndexOf(phrase) ? 'habit' : undefined;
  };
}

/** Once where it is declared, once where it is doubted, and once more: a wrong name has a right place, too. */
const leastNameCount = 3;
/** Tokens on each side of an edit that make up the phrase it stands in. */
const phraseReach = 3;
/** Longer than any phrase; keeps the search local. */
const phraseCharacters = 160;
const separator = '\u0001';

/** What stands at the edit, with the tokens before and after it. */
function phraseAround(text: string, { range, found }: SlipEdit): string[] {
  const before = text.slice(Math.max(0, range.start - phraseCharacters), range.start);
  const after = text.slice(range.end, range.end + phraseCharacters);
  return [
    ...tokensOf(before).slice(-phraseReach),
    ...tokensOf(found),
    ...tokensOf(after).slice(0, phraseReach),
  ];
}

function tokensOf(text: string): string[] {
  return text.match(/[\w$]+|[^\s\w$]/g) ?? [];
}

function joinTokens(tokens: readonly string[]): string {
  return separator + tokens.join(separator) + separator;
}

function countTokens(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokensOf(text)) {
    counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return counts;
}
