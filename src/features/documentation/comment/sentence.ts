/** What a line ends in that goes on below: a model that writes comments breaks long lines. */
const openEnd = String.raw`(?:,|\b(?:a|an|the|and|or|of|that|which|whether|if|for|to|in|on|by|with|from|as|is|are|be))`;
const lineBreak = String.raw`[ \t]*\r?\n[ \t]*(?:\*(?!\/)|\/\/[/!]?|#)?[ \t]*`;
/** Words, and not the head of an entry such as `name:`, `name (type):` or `@tag`. */
const nextWords = String.raw`[\p{L}\p{N}\x60](?:[^\s:]*(?:[ \t]+[^\s(:-]|\r?\n)|\S*[.!?](?:\s|$))`;
const wrap = new RegExp(`(${openEnd})${lineBreak}(?=${nextWords})`, 'giu');
/** The next line has not shown yet whether it goes on with the sentence. */
const openWrap = new RegExp(`${openEnd}${lineBreak}(?:[\\p{L}\\p{N}\\x60]\\S*)?[ \\t]*$`, 'iu');

/** The first line of what a model wrote, with the rest of its sentence where the model broke it. */
export function firstLine(text: string): string {
  return joinLines(text).split(/[\r\n\u2028\u2029]/)[0] ?? '';
}

/** Whether `text`, to which a model adds token by token, holds its first line or sentence whole. */
export function isFirstLineWhole(text: string): boolean {
  const joined = joinLines(text);
  return sentenceEnd(joined) !== undefined || (joined.includes('\n') && !openWrap.test(joined));
}

/** What of a text that was cut off by a limit can stand as a sentence: up to its last comma, or nothing. */
export function completePart(text: string): string {
  const part = text.slice(0, Math.max(0, text.lastIndexOf(',')));
  return part.split(/\s+/).length >= 4 ? part : '';
}

/** Where the first sentence of `text` ends, exclusive; undefined while it may go on. */
export function sentenceEnd(text: string): number | undefined {
  for (const match of text.matchAll(/[.!?](?=\s+\S)/g)) {
    const head = text.slice(0, match.index + 1);
    if (!/(\b(e\.g|i\.e|etc|vs|cf|approx|incl|resp|Mr|Dr|No)|\s[A-Z])\.$/.test(head)) {
      return head.length;
    }
  }
  return undefined;
}

function joinLines(text: string): string {
  return text.trimStart().replace(wrap, '$1 ');
}
