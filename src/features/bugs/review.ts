import { certainty, fillIn, suspicion, weighEdits } from './scoring/doubt';
import type { WeighedEdit, WeighedPassage, WeighingLimits } from './scoring/doubt';
import { toFinding } from './finding';
import { functionsOf, passagesOf, type CodeLine, type FunctionPlace } from './functionPlaces';
import { lineRisks } from './lineRisk';
import type { BugFinding, BugModel, BugRequest } from './types';

const limits: WeighingLimits = {
  forwardCount: 8,
  leastFirstTokenNats: -3,
  leastFirstTokenNatsOfNames: -3,
};
const maxFindings = 3;
/**
 * How much a doubt of the model says beside what the line's text alone says, and what a line counts for whose edits are
 * all less likely than that. Chosen on 137 fixes of the tuning half of the projects; of 123 of the other half a changed
 * line is among three in 54 % (by doubt alone in 37 %, and the longest lines in 40 %).
 */
const suspicionWeight = 0.3;
const leastSuspicionNats = -3;
/** A line that is a third as likely as the average one is named only for an edit that is likelier. */
const leastRisk = -1;

/**
 * The most doubtful lines of the functions that the request's ranges touch, at most three, the most doubtful first; also
 * in files that are not checked by themselves. Reports each function before it is read. Rejects with the signal's reason
 * when aborted.
 */
export async function reviewCode(
  request: BugRequest,
  model: BugModel,
  onProgress: (done: number, total: number, name: string) => void,
  signal: AbortSignal,
): Promise<readonly BugFinding[]> {
  const ranked: RankedFinding[] = [];
  const places = await functionsOf(request);
  for (const [index, place] of places.entries()) {
    onProgress(index, places.length, place.name ?? '');
    const lines = riskyLines(place);
    for (const { passage, edits } of passagesOf(place, place.range, request, model)) {
      const weighed = await weighEdits(passage, edits, limits, model, signal);
      ranked.push(...(await mostDoubtful(lines, weighed, place.name, model, signal)));
    }
  }
  return ranked
    .sort((a, b) => b.doubt - a.doubt)
    .slice(0, maxFindings)
    .map(({ finding }) => finding);
}

interface RankedFinding {
  readonly doubt: number;
  readonly finding: BugFinding;
}

interface RiskyLine extends CodeLine {
  readonly risk: number;
}

function riskyLines({ lines }: FunctionPlace): RiskyLine[] {
  const risks = lineRisks(lines.map(({ text }) => text));
  return lines.map((line, index) => ({ ...line, risk: risks[index] ?? 0 }));
}

/** Those of `lines` that are in the passage, as many as can be among the findings, with the best edit of each. */
async function mostDoubtful(
  lines: readonly RiskyLine[],
  { read, edits }: WeighedPassage,
  functionName: string | undefined,
  model: BugModel,
  signal: AbortSignal,
): Promise<RankedFinding[]> {
  const chosen = read.passage.body
    .flatMap(({ start, text }, lineIndex) => {
      const line = lines.find(({ range }) => range.start >= start && range.start < start + text.length);
      const [best] = edits
        .filter((edit) => edit.lineIndex === lineIndex)
        .sort((a, b) => suspicion(b) - suspicion(a));
      const isWorthwhile =
        line !== undefined && (line.risk > leastRisk || (best !== undefined && suspicion(best) > 0));
      return isWorthwhile ? [{ line, best, doubt: doubtOf(line, best) }] : [];
    })
    .sort((a, b) => b.doubt - a.doubt)
    .slice(0, maxFindings);
  const likelier = chosen.flatMap(({ best }) => (best !== undefined && suspicion(best) > 0 ? [best] : []));
  const filled = await fillIn(read, likelier, model, signal);
  return chosen.flatMap(({ line, best, doubt }): RankedFinding[] => {
    const likelierEdit = filled.find(({ edit }) => edit === best?.edit);
    if (likelierEdit !== undefined && certainty(likelierEdit) > 0) {
      return [{ doubt, finding: toFinding(likelierEdit, functionName) }];
    }
    const { range, risk } = line;
    const finding: BugFinding = { kind: 'risk', strength: 'weak', range, edit: undefined, functionName };
    return risk > leastRisk ? [{ doubt, finding }] : [];
  });
}

function doubtOf({ risk }: RiskyLine, edit: WeighedEdit | undefined): number {
  const nats = edit === undefined ? leastSuspicionNats : suspicion(edit);
  return risk + suspicionWeight * Math.max(nats, leastSuspicionNats);
}
