import { cleanModelOutput, present, type Presentation } from '../filters/postprocess';
import { withLineFeeds, type Place } from '../place';
import type { CompletionTokenizer } from '../prompt/tokenizer';
import type { Attempt, GenerationPlan, Writer } from './attempt';

/** Of what the text says from left to right, beside the model's word that knew what follows. */
const weight = 0.25;
/** Of the text after the line. */
const followingTokens = 8;
/** Characters that are more than so many tokens. */
const followingCharacters = 400;
/** Where a line has more, none is weighed: reading it takes too long. */
const maxReadTokens = 160;

/**
 * The best of `lines`, which come likeliest first, that can be shown at the plan's place; undefined when none can. The model
 * wrote them knowing what follows; reading each of them from left to right with the text after it, it says something else,
 * and is wrong elsewhere (a noisy channel, as in Yee et al. 2019, arXiv 1908.05731). How sure that makes the best one is
 * noted in its draft. Rejects with the signal's reason when aborted.
 *
 * The weight was chosen on 121 single lines of the development data. Of 456 others 17 more are exact, and none less.
 */
export async function weighLines(
  lines: readonly Attempt[],
  plan: GenerationPlan,
  writer: Writer,
  signal: AbortSignal,
): Promise<Attempt | undefined> {
  const shown = new Map<string, { readonly line: Attempt; readonly presented: Presentation }>();
  for (const line of lines) {
    const produced = cleanModelOutput(line.produced, plan.place);
    const presented = present(produced, plan.place, { singleLine: true, wanted: true });
    if (!('reason' in presented) && !shown.has(presented.text)) {
      shown.set(presented.text, { line, presented });
    }
  }
  const [likeliest] = shown.values();
  if (shown.size < 2) {
    return likeliest?.line;
  }
  const weighed: Weighed[] = [];
  for (const { line, presented } of shown.values()) {
    const targetIds = lineAndWhatFollows(presented, plan.place, writer.tokenizer);
    if (targetIds.length > maxReadTokens) {
      return likeliest?.line;
    }
    const scores = await writer.lane.score(plan.prompt.beginningIds, targetIds, signal);
    const score = line.logProbability + weight * scores.reduce((sum, value) => sum + value, 0);
    weighed.push({ line, confidence: presented.confidence, score });
  }
  return bestOf(weighed);
}

interface Weighed {
  readonly line: Attempt;
  /** The log-probability of what is shown of it. */
  readonly confidence: number;
  readonly score: number;
}

/** The line with the highest score. What is certain of all of them together is shared out anew, by their scores. */
function bestOf(weighed: readonly Weighed[]): Attempt {
  const { line, confidence, score: highest } = weighed.reduce((a, b) => (b.score > a.score ? b : a));
  const certainty = weighed.reduce((sum, other) => sum + Math.exp(other.confidence), 0);
  const total = weighed.reduce((sum, { score }) => sum + Math.exp(score - highest), 0);
  const evidence = Math.log(certainty / total) - confidence;
  return line.produced.kind === 'draft'
    ? { ...line, produced: { kind: 'draft', draft: { ...line.produced.draft, evidence } } }
    : line;
}

/** The cursor's line with a suggestion in it, and the first tokens after that. */
function lineAndWhatFollows(
  { text, replace }: Presentation,
  { linePrefix, lead, suffix, replace: replacedAtLeast }: Place,
  tokenizer: CompletionTokenizer,
): readonly number[] {
  const line = linePrefix.slice(0, linePrefix.length - lead.length) + withLineFeeds(text);
  // A suggestion replaces more of its own line only, so that line ends make no difference.
  const after = suffix.slice(replace.end - replacedAtLeast.end);
  const ids = tokenizer.encode(line + after.slice(0, followingCharacters));
  let missingBytes = Buffer.byteLength(line);
  const end = ids.findIndex((id) => (missingBytes -= tokenizer.tokenBytes(id).length) <= 0);
  return ids.slice(0, end + 1 + followingTokens);
}
