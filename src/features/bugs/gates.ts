import type { SlipEdit } from './candidates/edit';

/**
 * Why an edit that the model likes is not to be reported as a slip; undefined when nothing speaks against it. Only
 * from the text: what the author does again elsewhere is meant, and a name that stands nowhere else is one that the
 * model merely does not know.
 */
export function reasonToDrop(text: string, edit: SlipEdit): DropReason | undefined {
  if (isName(edit) && countName(text, edit.found) < 2) {
    return 'name-unknown';
  }
  return standsElsewhere(text, edit) ? 'habit' : undefined;
}

export type DropReason = 'name-unknown' | 'habit';

function isName({ kind }: SlipEdit): boolean {
  return kind === 'variable' || kind === 'member';
}

function countName(text: string, name: string): number {
  const isWordCharacter = (character: string) => /[\w$]/.test(character);
  let count = 0;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const bounded = !isWordCharacter(text.charAt(at - 1)) && !isWordCharacter(text.charAt(at + name.length));
    count += bounded ? 1 : 0;
  }
  return count;
}

/** Tokens on each side of an edit that make up the phrase it stands in. */
const phraseReach = 2;
const tokenPattern = /[\w$]+|[^\s\w$]/g;
/** Longer than any phrase; keeps the search local. */
const phraseCharacters = 160;

/** True when what stands there, with the two tokens before and after it, stands in the text a second time. */
function standsElsewhere(text: string, { range, found }: SlipEdit): boolean {
  const before = tokensOf(text.slice(Math.max(0, range.start - phraseCharacters), range.start)).slice(
    -phraseReach,
  );
  const after = tokensOf(text.slice(range.end, range.end + phraseCharacters)).slice(0, phraseReach);
  const phrase = [...before, ...tokensOf(found), ...after];
  const separator = '\u0001';
  const all = separator + tokensOf(text).join(separator) + separator;
  const wanted = separator + phrase.join(separator) + separator;
  return all.indexOf(wanted) !== all.lastIndexOf(wanted);
}

function tokensOf(text: string): string[] {
  return text.match(tokenPattern) ?? [];
}
