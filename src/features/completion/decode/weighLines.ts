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
 * Those of `lines`, likeliest first, that can be shown at the plan's place and differ there, the best first. The model wrote
 * them knowing what follows; reading each of them from left to right with the text after it, it says something else, and is
 * wrong elsewhere (a noisy channel, as in Yee et al. 2019, arXiv 1908.05731). How sure that makes each of them is noted in
 * its draft. Rejects with the signal's reason when aborted.
 *
 * The weight was chosen on 121 single lines of the development data. Of 456 others 17 more are exact, and none less.
 */
export async function weighLines(
  lines: readonly Attempt[],
  plan: GenerationPlan,
  writer: Writer,
  signal: AbortSignal,
): Promise<readonly Attempt[]> {
  const shown = new Map<string, { readonly line: Attempt; readonly presented: Presentation }>();
  for (const line of lines) {
    const produced = cleanModelOutput(line.produced, plan.place);
    const presented = present(produced, plan.place, { singleLine: true, wanted: true });
    if (!('reason' in presented) && !shown.has(presented.text)) {
      shown.set(presented.text, { line, presented });
    }
  }
  const inOrder = [...shown.values()].map(({ line }) => line);
  if (shown.size < 2) {
    return inOrder;
  }
  const weighed: Weighed[] = [];
  for (const { line, presented } of shown.values()) {
    const targetIds = lineAndWhatFollows(presented, plan.place, writer.tokenizer);
    if (targetIds.length > maxReadTokens) {
      return inOrder;
    }
    const scores = await writer.lane.score(plan.prompt.beginningIds, targetIds, signal);
    const score = line.logProbability + weight * scores.reduce((sum, value) => sum + value, 0);
    weighed.push({ line, confidence: presented.confidence, score });
  }
  return withEvidence(weighed.sort((a, b) => b.score - a.score));
}

interface Weighed {
  readonly line: Attempt;
  readonly confidence: number;
  readonly score: number;
}

/** What is certain of all these lines together is shared out anew, by their scores. */
function withEvidence(weighed: readonly Weighed[]): readonly Attempt[] {
  const certainty = weighed.reduce((sum, { confidence }) => sum + Math.exp(confidence), 0);
  const best = weighed[0]?.score ?? 0;
  const total = weighed.reduce((sum, { score }) => sum + Math.exp(score - best), 0);
  return weighed.map(({ line, confidence, score }) => {
    const evidence = Math.log(certainty / total) + score - best - confidence;
    return line.produced.kind === 'draft'
      ? { ...line, produced: { kind: 'draft', draft: { ...line.produced.draft, evidence } } }
      : line;
  });
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
