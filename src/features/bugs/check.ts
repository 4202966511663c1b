import { strengthOf, toFinding } from './finding';
import { functionsOf, passagesOf } from './functionPlaces';
import type { DoubtfulEdit, WeighedEdit, WeighingLimits } from './scoring/doubt';
import { fillIn, suspicion, weighEdits } from './scoring/doubt';
import { rangeNear } from './scoring/passage';
import type { BugModel, BugRequest, SlipFinding } from './types';
import { reasonNotToCheck } from './uncheckedFiles';

const limits: WeighingLimits = {
  forwardCount: 6,
  leastFirstTokenNats: 1,
  leastFirstTokenNatsOfNames: 1.5,
};
/** How much likelier an edit has to be for a last look, and on how many lines of a passage there is one. */
const leastForwardNats = 4;
const filledLineCount = 2;
const maxFindings = 3;
/** Of the threshold of a kind whose findings the user did not agree with. */
const strictFactor = 1.5;

/**
 * Slips that are worth an underline while somebody types: at most one in a function and three in a file, the most
 * certain ones. Empty for languages and files that are not checked. Rejects with the signal's reason when aborted.
 */
export async function checkForSlips(
  request: BugRequest,
  model: BugModel,
  signal: AbortSignal,
): Promise<readonly SlipFinding[]> {
  if (reasonNotToCheck(request.fileName, request.text) !== undefined) {
    return [];
  }
  const found: SlipFinding[] = [];
  for (const place of await functionsOf(request)) {
    const judged = rangeNear(request.text, place.range, request.ranges);
    const doubts: DoubtfulEdit[] = [];
    for (const { passage, edits } of judged === undefined ? [] : passagesOf(place, judged, request, model)) {
      const weighed = await weighEdits(passage, edits, limits, model, signal);
      doubts.push(...(await fillIn(weighed.read, onMostDoubtfulLines(weighed.edits), model, signal)));
    }
    const [best] = doubts
      .filter((doubt) => strengthOf(doubt) >= leastStrength(doubt, request))
      .sort((a, b) => strengthOf(b) - strengthOf(a));
    found.push(...(best === undefined ? [] : [toFinding(best, place.name)]));
  }
  return found.sort((a, b) => b.edit.logRatioNats - a.edit.logRatioNats).slice(0, maxFindings);
}

function onMostDoubtfulLines(edits: readonly WeighedEdit[]): WeighedEdit[] {
  const likely = edits
    .filter(({ forwardNats }) => forwardNats >= leastForwardNats)
    .sort((a, b) => suspicion(b) - suspicion(a));
  const lines = new Set([...new Set(likely.map(({ lineIndex }) => lineIndex))].slice(0, filledLineCount));
  return likely.filter(({ lineIndex }) => lines.has(lineIndex));
}

function leastStrength({ edit }: DoubtfulEdit, { strictKinds }: BugRequest): number {
  return strictKinds?.has(edit.kind) === true ? strictFactor : 1;
}
