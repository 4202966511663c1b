import type { Dropped, FilterContext } from './filter';

export function trimTrailingWhitespace(text: string): string {
  return text.trimEnd();
}

export function keepFirstLineOnly(text: string, { singleLine }: FilterContext): string {
  const end = text.indexOf('\n');
  return singleLine && end >= 0 ? text.slice(0, end) : text;
}

/** Instruction-tuned models sometimes close a code block that nobody opened. */
export function cutAtCodeFence(text: string, { place }: FilterContext): string {
  const fence = place.languageId === 'markdown' ? -1 : text.search(/^[ \t]*```/m);
  return fence < 0 ? text : text.slice(0, fence);
}

export function dropTooShort(text: string, { minimumCharacters }: FilterContext): string | Dropped {
  const characterCount = text.replace(/\s/g, '').length;
  if (characterCount === 0) {
    return { reason: 'empty', detail: 'the model has nothing to add here' };
  }
  return characterCount < minimumCharacters
    ? { reason: 'empty', detail: `fewer than ${minimumCharacters} characters are no help` }
    : text;
}
