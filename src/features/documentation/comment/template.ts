import type { Mood } from './names';

/** A place for words in a comment. */
export interface Slot {
  readonly kind: 'summary' | 'file-summary' | 'type-parameter' | 'parameter' | 'returns' | 'yields' | 'error';
  /** Which of its kind: a parameter's or an error's name; empty where there is only one. */
  readonly label: string;
  /** What stands there when the model is not sure: made from names and types alone. */
  readonly neutral: string;
  /** Words to begin with when the model finds none of its own. */
  readonly opening?: string | undefined;
  /** The verb in the name, which beats another that the model begins with. */
  readonly verb?: string | undefined;
  /** For the summary of what begins with a verb: a function's. */
  readonly mood?: Mood;
}

/** One logical line of a comment: fixed text, at most one slot. Wrapped when rendered. */
export interface TemplateLine {
  /** May hold line breaks: the head of an entry on the lines above its words. */
  readonly before: string;
  readonly slot?: Slot;
  readonly after: string;
  /** In front of the second and later lines when the words are wrapped. */
  readonly hang: string;
}

/** A line without a slot. */
export function fixedLine(text: string): TemplateLine {
  return { before: text, after: '', hang: '' };
}

/** What surrounds the lines. */
export interface Frame {
  /** Stands before the first line, on a line of its own when `openAlone`. */
  readonly open: string;
  readonly openAlone: boolean;
  readonly linePrefix: string;
  readonly close: string;
  /** A comment of one line may be written as open + text + close. */
  readonly oneLiner: boolean;
  /** Columns, indentation included. */
  readonly maxColumns: number;
}

export interface Template {
  readonly frame: Frame;
  readonly lines: readonly TemplateLine[];
}

/** Words by slot, so far. */
export type Words = ReadonlyMap<Slot, string>;

export function slotsOf(template: Template): Slot[] {
  return template.lines.flatMap((line) => line.slot ?? []);
}

/** The whole comment, without indentation before its first line. Slots without words are left empty. */
export function renderComment(template: Template, words: Words, indent: string, eol: string): string {
  const { frame } = template;
  const bodies = template.lines.map((line) => renderLine(line, words, frame, indent));
  const single = bodies.flat();
  const [only = ''] = single;
  const closing = frame.close.trimStart();
  if (frame.oneLiner && single.length === 1) {
    const text = frame.openAlone ? `${frame.open} ${only} ${closing}` : `${frame.open}${only}${closing}`;
    if (indent.length + text.length <= frame.maxColumns) {
      return text;
    }
  }
  const lines = frameLines(frame, single);
  return [...lines, ...(frame.close === '' ? [] : [frame.close])]
    .map((line, index) => (index === 0 || line === '' ? line : indent + line))
    .join(eol);
}

/** The comment up to where the words of `slot` begin: what the model continues. */
export function renderUpTo(
  template: Template,
  slot: Slot,
  words: Words,
  indent: string,
  eol: string,
): string {
  const { frame, lines } = template;
  const index = lines.findIndex((line) => line.slot === slot);
  const done = lines.slice(0, index).flatMap((line) => renderLine(line, words, frame, indent));
  const open = (lines[index]?.before ?? '').split('\n');
  const isOneLiner = frame.oneLiner && frame.openAlone && lines.length === 1;
  const framed = isOneLiner ? [`${frame.open} `] : frameLines(frame, [...done, ...open], false);
  return framed.map((line, lineIndex) => (lineIndex === 0 ? line : indent + line)).join(eol);
}

function frameLines(frame: Frame, bodies: readonly string[], trim = true): string[] {
  const lines = bodies.map((body) => {
    const line = frame.linePrefix + body;
    return trim || body === '' ? line.trimEnd() : line;
  });
  if (frame.openAlone) {
    return [frame.open, ...lines];
  }
  // A docstring's first line follows the quotes; its other lines have no prefix.
  return [frame.open + (lines[0] ?? ''), ...lines.slice(1)];
}

function renderLine(line: TemplateLine, words: Words, frame: Frame, indent: string): string[] {
  const heads = line.before.split('\n');
  const before = heads.pop() ?? '';
  if (line.slot === undefined) {
    return [...heads, before + line.after];
  }
  const columns = frame.maxColumns - indent.length - frame.linePrefix.length;
  const text = (words.get(line.slot) ?? '') + line.after;
  return [...heads, ...wrap(before, text, line.hang, columns)];
}

/** Breaks at spaces of `text`, never inside `before`. */
function wrap(before: string, text: string, hang: string, columns: number): string[] {
  const lines: string[] = [];
  let current = before;
  let hasWord = false;
  for (const word of text.trim().split(/ +/)) {
    const joined = hasWord ? `${current} ${word}` : current + word;
    if (hasWord && joined.length > columns) {
      lines.push(current);
      current = hang + word;
    } else {
      current = joined;
    }
    hasWord = true;
  }
  return [...lines, current];
}
