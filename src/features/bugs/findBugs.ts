import type { TextRange } from '../../base/textRange';
import { outermostFunctions } from '../../syntax/functionNodes';
import type { SyntaxTree } from '../../syntax/parser';
import { withTree } from '../../syntax/parser';
import { strongNats, trackRecord } from './calibration';
import type { LanguageFamily, SlipEdit } from './candidates/edit';
import { languageFamily } from './candidates/edit';
import { enumerateEdits } from './candidates/enumerate';
import { createGate } from './gates';
import type { DoubtfulEdit, DoubtLimits } from './scoring/doubt';
import { certainty, doubtfulEdits, suspicion } from './scoring/doubt';
import { cutPassages, rangeNear, textOf } from './scoring/passage';
import type { BugFinding, BugModel, BugRequest } from './types';
import { reasonNotToCheck } from './uncheckedFiles';

const checkLimits: DoubtLimits = {
  forwardCount: 6,
  leastFirstTokenNats: 1,
  leastFirstTokenNatsOfNames: 1.5,
  fillingLineCount: 2,
  leastForwardNats: 4,
};
const reviewLimits: DoubtLimits = {
  forwardCount: 8,
  leastFirstTokenNats: -3,
  leastFirstTokenNatsOfNames: -3,
  fillingLineCount: 3,
  leastForwardNats: -8,
};
const maxFindings = 3;
/** Of the threshold of a kind whose findings the user did not agree with. */
const strictFactor = 1.5;
/** A function of more characters is a module in disguise: those inside it are read instead. */
export const maxFunctionCharacters = 12_000;

/**
 * Slips that are worth an underline while somebody types: at most one in a function and three in a file, the most
 * certain ones. Empty for languages and files that are not checked. Rejects with the signal's reason when aborted.
 */
export async function checkForSlips(
  request: BugRequest,
  model: BugModel,
  signal: AbortSignal,
): Promise<readonly BugFinding[]> {
  if (reasonNotToCheck(request.fileName, request.text) !== undefined) {
    return [];
  }
  const found: BugFinding[] = [];
  for (const place of await functionsOf(request)) {
    const doubts = await doubtsIn(place, request, checkLimits, model, signal);
    const [best] = doubts
      .filter((doubt) => strengthOf(doubt) >= leastStrength(doubt, request))
      .sort((a, b) => strengthOf(b) - strengthOf(a));
    found.push(...(best === undefined ? [] : [toFinding(best, place)]));
  }
  return found.sort((a, b) => b.logRatioNats - a.logRatioNats).slice(0, maxFindings);
}

/**
 * The most doubtful places of the requested functions, at most three, the most suspicious first; also in files that
 * are not checked by themselves. Reports each function before it is read. Rejects with the signal's reason when
 * aborted.
 */
export async function reviewCode(
  request: BugRequest,
  model: BugModel,
  onProgress: (done: number, total: number, name: string) => void,
  signal: AbortSignal,
): Promise<readonly BugFinding[]> {
  const found: { readonly suspicion: number; readonly finding: BugFinding }[] = [];
  const places = await functionsOf(request);
  for (const [index, place] of places.entries()) {
    onProgress(index, places.length, place.name ?? '');
    for (const doubt of await doubtsIn(place, request, reviewLimits, model, signal)) {
      found.push({ suspicion: suspicion(doubt), finding: toFinding(doubt, place) });
    }
  }
  const ranked = found.sort((a, b) => b.suspicion - a.suspicion).map(({ finding }) => finding);
  return onePerLine(ranked, request.text).slice(0, maxFindings);
}

interface FunctionPlace {
  readonly name: string | undefined;
  readonly range: TextRange;
  readonly edits: readonly SlipEdit[];
}

async function functionsOf(request: BugRequest): Promise<readonly FunctionPlace[]> {
  const family = languageFamily(request.languageId);
  if (family === undefined) {
    return [];
  }
  const places = await withTree(request.languageId, request.text, (tree) => placesIn(tree, family, request));
  return places ?? [];
}

function placesIn(tree: SyntaxTree, family: LanguageFamily, request: BugRequest): FunctionPlace[] {
  const lineOf = lineNumbers(request.text);
  return outermostFunctions(tree, request.ranges, maxFunctionCharacters)
    .filter(({ node }) => !node.hasError)
    .map(({ node, name }) => ({
      name,
      range: { start: node.startIndex, end: node.endIndex },
      edits: enumerateEdits(family, request.text, node).filter(
        ({ range }) => !request.linesToSkip.has(lineOf(range.start)),
      ),
    }));
}

async function doubtsIn(
  place: FunctionPlace,
  request: BugRequest,
  limits: DoubtLimits,
  model: BugModel,
  signal: AbortSignal,
): Promise<DoubtfulEdit[]> {
  const doubts: DoubtfulEdit[] = [];
  const judged = rangeNear(request.text, place.range, request.ranges);
  const passages = judged === undefined ? [] : cutPassages(request, place.range, judged, model.tokenizer);
  for (const passage of passages) {
    const drop = createGate(request.text, textOf(passage));
    const edits = place.edits.filter((edit) => drop(edit) === undefined);
    doubts.push(...(await doubtfulEdits(passage, edits, limits, model, signal)));
  }
  return doubts;
}

/** 1 and more: certain enough for its kind to be underlined. */
function strengthOf(doubt: DoubtfulEdit): number {
  return certainty(doubt) / strongNats[doubt.edit.kind];
}

function leastStrength({ edit }: DoubtfulEdit, { strictKinds }: BugRequest): number {
  return strictKinds?.has(edit.kind) === true ? strictFactor : 1;
}

function toFinding(doubt: DoubtfulEdit, place: FunctionPlace): BugFinding {
  const { kind, range, found, expected } = doubt.edit;
  return {
    kind,
    strength: strengthOf(doubt) >= 1 ? 'strong' : 'weak',
    range,
    found,
    expected,
    logRatioNats: certainty(doubt),
    record: trackRecord(kind, certainty(doubt)),
    functionName: place.name,
  };
}

function onePerLine(findings: readonly BugFinding[], text: string): BugFinding[] {
  const lineOf = lineNumbers(text);
  const seen = new Set<number>();
  return findings.filter(({ range }) => {
    const line = lineOf(range.start);
    const isNew = !seen.has(line);
    seen.add(line);
    return isNew;
  });
}

/** Zero-based line numbers of offsets. */
function lineNumbers(text: string): (offset: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => starts.findLastIndex((start) => start <= offset);
}
