import type { TextRange } from '../../../base/textRange';
import type { Tokenizer } from '../../../tokenizer/tokenizer';
import type { PromptBeginning } from '../../completion/types';
import type { BugRequest } from '../types';

/** A line of source text as tokens. */
export interface PassageLine {
  /** Offset of the line in the file. */
  readonly start: number;
  /** With its line break. */
  readonly text: string;
  readonly ids: readonly number[];
}

/** A part of a file that the model reads in one go. */
export interface Passage {
  /**
   * What is read before the body without being judged: what completions there read, or else imports, the enclosing head
   * and the lines above.
   */
  readonly context: PromptBeginning;
  /** The lines that are judged. */
  readonly body: readonly PassageLine[];
  /** What follows the body, so that its last lines too are judged with what comes after. */
  readonly after: readonly PassageLine[];
}

/** What one passage may hold, in tokens: prefill of 1,000 takes about three seconds on two cores. */
const limits = { imports: 80, head: 60, above: 240, body: 640, after: 120 };
/** Lines before and after an edit that may read differently because of it. */
const nearLineCount = 3;
const importLine = /^\s*(import\b|from\s+\S+\s+import\b|(const|let|var)\b.*\brequire\()/;

/**
 * What is judged of the function at `range` when `edits` (offsets in `text`) were made: the lines in and near them,
 * with what is between; undefined when none of them touches it. A check after an edit costs a fraction of reading the
 * function anew.
 */
export function rangeNear(
  text: string,
  range: TextRange,
  edits: readonly TextRange[],
): TextRange | undefined {
  const lines = splitLines(text);
  const touching = edits.filter(({ start, end }) => start <= range.end && range.start <= end);
  if (touching.length === 0) {
    return undefined;
  }
  const start = Math.min(...touching.map((edit) => edit.start));
  const end = Math.max(...touching.map((edit) => edit.end));
  const first = lines[Math.max(0, lineIndexAt(lines, start) - nearLineCount)];
  const last = lines[Math.min(lines.length - 1, lineIndexAt(lines, end) + nearLineCount)];
  return {
    start: Math.max(range.start, first?.start ?? 0),
    end: Math.min(range.end, last === undefined ? text.length : last.start + last.text.length),
  };
}

/**
 * The lines of `judged`, a part of the function at `range`, in one or more passages, each with its context. Lines are
 * encoded by themselves: the pre-tokenizers never join a line break with what follows it on the next line that is not
 * blank.
 */
export function cutPassages(
  { text, readBefore }: Pick<BugRequest, 'text' | 'readBefore'>,
  range: TextRange,
  judged: TextRange,
  tokenizer: Pick<Tokenizer, 'encode'>,
): Passage[] {
  const lines = splitLines(text);
  const encode = ({ start, text: lineText }: Line): PassageLine => ({
    start,
    text: lineText,
    ids: tokenizer.encode(lineText),
  });
  const functionLine = lineIndexAt(lines, range.start);
  const end = lineIndexAt(lines, Math.max(judged.start, judged.end - 1)) + 1;
  const passages: Passage[] = [];
  let bodyStart = lineIndexAt(lines, judged.start);
  while (bodyStart < end) {
    const body = takeWhileWithin(lines.slice(bodyStart, end), limits.body, encode);
    if (body.length === 0) {
      bodyStart += 1; // A line that long is data.
      continue;
    }
    const bodyEnd = bodyStart + body.length;
    passages.push({
      context: readBefore?.(body[0]?.start ?? 0) ?? contextOf(lines, functionLine, bodyStart, encode),
      body,
      after: takeWhileWithin(lines.slice(bodyEnd), limits.after, encode),
    });
    bodyStart = bodyEnd;
  }
  return passages;
}

/** All that the model reads of a passage. */
export function textOf({ context, body, after }: Passage): string {
  return [context, ...body, ...after].map(({ text }) => text).join('');
}

interface Line {
  readonly start: number;
  readonly text: string;
}

function splitLines(text: string): Line[] {
  let start = 0;
  return text.split(/(?<=\n)/).map((line) => {
    const entry = { start, text: line };
    start += line.length;
    return entry;
  });
}

function lineIndexAt(lines: readonly Line[], offset: number): number {
  const after = lines.findIndex(({ start }) => start > offset);
  return after < 0 ? lines.length - 1 : after - 1;
}

/** The leading lines that fit. */
function takeWhileWithin(
  lines: readonly Line[],
  tokenLimit: number,
  encode: (line: Line) => PassageLine,
): PassageLine[] {
  const taken: PassageLine[] = [];
  let tokenCount = 0;
  for (const line of lines) {
    const encoded = encode(line);
    tokenCount += encoded.ids.length;
    if (tokenCount > tokenLimit) {
      break;
    }
    taken.push(encoded);
  }
  return taken;
}

function contextOf(
  lines: readonly Line[],
  functionLine: number,
  bodyStart: number,
  encode: (line: Line) => PassageLine,
): PromptBeginning {
  const nearest = takeWhileWithin(lines.slice(0, bodyStart).reverse(), limits.above, encode).reverse();
  const nearestStart = bodyStart - nearest.length;
  const heads = enclosingHeads(lines, functionLine, bodyStart).filter((index) => index < nearestStart);
  const headLines = heads.flatMap((index) => lines[index] ?? []).map(encode);
  const imports = lines
    .slice(0, Math.min(nearestStart, heads[0] ?? Infinity))
    .filter((line) => importLine.test(line.text));
  const chosen = [
    ...takeWhileWithin(imports, limits.imports, encode),
    ...headLines.filter(({ ids }) => ids.length <= limits.head),
    ...nearest,
  ];
  return { text: chosen.map((line) => line.text).join(''), ids: chosen.flatMap(({ ids }) => ids) };
}

/** Lines above the function that are indented less than it, nearest last, and its own first line for later parts of it. */
function enclosingHeads(lines: readonly Line[], functionLine: number, bodyStart: number): number[] {
  const heads = bodyStart > functionLine ? [functionLine] : [];
  let indentation = indentationOf(lines[functionLine]?.text ?? '');
  for (let index = functionLine - 1; index >= 0 && indentation > 0 && heads.length < 4; index -= 1) {
    const text = lines[index]?.text ?? '';
    if (text.trim() !== '' && indentationOf(text) < indentation) {
      indentation = indentationOf(text);
      heads.unshift(index);
    }
  }
  return heads.sort((a, b) => a - b);
}

function indentationOf(line: string): number {
  return line.length - line.trimStart().length;
}
