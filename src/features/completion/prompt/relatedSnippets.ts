import { technicalObstacle } from '../ask/technicalObstacle';
import { withLineFeeds, type Place } from '../place';
import type { TextDocument } from '../types';
import type { CompletionTokenizer } from './tokenizer';

/** Lines of another file that the model sees before the cursor's file. */
export interface RelatedSnippet {
  readonly uri: string;
  readonly text: string;
}

const WINDOW_LINES = 20;
const WINDOW_STEP_LINES = 10;
const MAX_FILES = 4;
/** What a snippet's path and separator cost. */
const NAME_TOKENS = 24;
/** Lines at the cursor that similarity is measured against (Copilot uses 60 and Cody 50 for larger models). */
const CURSOR_LINES = 30;

/**
 * The part of each related file that is most like the code at the cursor, most relevant file first, within `maxTokens`
 * together. (Their signatures in its place gave 30 against 47 % exact lines on 40 development items.) Lines that the
 * cursor's file already shows are left out: a model that sees a line twice writes it a third time.
 */
export function chooseRelatedSnippets(
  place: Place,
  relatedFiles: readonly TextDocument[],
  maxTokens: number,
  tokenizer: CompletionTokenizer,
): RelatedSnippet[] {
  const cursorWords = wordsOf(
    [...place.prefix.split('\n').slice(-CURSOR_LINES), place.lineSuffix].join('\n'),
  );
  const ownLines = new Set(`${place.prefix}${place.suffix}`.split('\n').map((line) => line.trim()));
  const candidates = relatedFiles
    .filter((file) => file.uri !== place.uri && technicalObstacle(file) === undefined)
    .slice(0, MAX_FILES);
  const snippets: RelatedSnippet[] = [];
  let remainingTokens = maxTokens;
  for (const file of candidates) {
    const lines = withLineFeeds(file.text).split('\n');
    const chosen = mostSimilarWindow(lines, cursorWords);
    const fresh = chosen.filter((line) => line.trim() !== '' && !ownLines.has(line.trim()));
    const text = firstLinesWithin(fresh, remainingTokens - NAME_TOKENS, tokenizer);
    if (text !== '') {
      snippets.push({ uri: file.uri, text });
      remainingTokens -= tokenizer.countTokens(text) + NAME_TOKENS;
    }
  }
  return snippets;
}

function mostSimilarWindow(lines: readonly string[], cursorWords: ReadonlySet<string>): string[] {
  let best: { readonly similarity: number; readonly lines: string[] } = { similarity: 0, lines: [] };
  for (let start = 0; start < lines.length; start += WINDOW_STEP_LINES) {
    const window = lines.slice(start, start + WINDOW_LINES);
    const similarity = jaccard(wordsOf(window.join('\n')), cursorWords);
    if (similarity > best.similarity) {
      best = { similarity, lines: window };
    }
  }
  return best.lines;
}

/** Shared words by all words: Copilot's and Cody's measure of likeness. */
function jaccard(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const shared = [...left].filter((word) => right.has(word)).length;
  const total = left.size + right.size - shared;
  return total === 0 ? 0 : shared / total;
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(/[\p{L}_][\p{L}\p{N}_]{2,}/gu) ?? []);
}

function firstLinesWithin(
  lines: readonly string[],
  maxTokens: number,
  tokenizer: CompletionTokenizer,
): string {
  let text = '';
  let tokenCount = 0;
  for (const line of lines) {
    tokenCount += tokenizer.countTokens(`${line}\n`);
    if (tokenCount > maxTokens) {
      break;
    }
    text += `${line}\n`;
  }
  return text;
}
