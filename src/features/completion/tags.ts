/** Tags of a text that find no partner inside it. What looks like one, as a type argument does, is an opener at most. */
export interface LooseTags {
  /** Openers without an end, outermost first. */
  readonly openers: readonly LooseTag[];
  /** Ends without an opener, in order. */
  readonly closers: readonly LooseTag[];
}

export interface LooseTag {
  /** Of an opener what ends it, `</p>`; of an end itself, which may be `/>`. */
  readonly closer: string;
  readonly index: number;
}

/** Pairs the tags of `text`. An opener inside another may go without an end, as HTML's `<br>` does. */
export function looseTags(text: string): LooseTags {
  const openers: LooseTag[] = [];
  const closers: LooseTag[] = [];
  for (const { 0: tag, 1: name, index } of text.matchAll(tagPart)) {
    if (name !== undefined) {
      openers.push({ closer: `</${name === '>' ? '' : name}>`, index });
      continue;
    }
    const openerIndex =
      tag === '/>' ? openers.length - 1 : openers.findLastIndex(({ closer }) => closer === tag);
    if (openerIndex < 0) {
      closers.push({ closer: tag, index });
    } else {
      openers.length = openerIndex;
    }
  }
  return { openers, closers };
}

/** The name of an opener or the `>` of a fragment's; or an end. */
const tagPart = /<(>|[A-Za-z][\w.:-]*)|<\/[\w.:-]*>|\/>/g;
