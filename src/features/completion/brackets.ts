/** Brackets of a text that find no partner inside it, string literals left out. */
export interface LooseBrackets {
  /** Openers without a closer, outermost first. */
  readonly openers: readonly string[];
  /** Closers without an opener, in order. */
  readonly closers: readonly LooseCloser[];
}

interface LooseCloser {
  readonly character: string;
  readonly index: number;
}

export const closerOf: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * Pairs the brackets of `text`. A quote counts as a string's beginning only when it ends on the same line, so an
 * apostrophe in a comment or a lifetime in Rust does no harm.
 */
export function looseBrackets(text: string): LooseBrackets {
  const openers: string[] = [];
  const closers: LooseCloser[] = [];
  for (const match of text.matchAll(stringOrBracket)) {
    const character = match[0];
    const closer = closerOf[character];
    if (closer !== undefined) {
      openers.push(character);
    } else if (character.length === 1 && ')]}'.includes(character)) {
      const opener = openers.at(-1);
      if (opener !== undefined && closerOf[opener] === character) {
        openers.pop();
      } else {
        closers.push({ character, index: match.index });
      }
    }
  }
  return { openers, closers };
}

const stringOrBracket = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\\n])*`|[()[\]{}]/g;
