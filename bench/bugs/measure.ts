import { neverAborted } from '../../src/base/abort';
import { createRandom } from '../../src/base/random';
import { applyEdit } from '../../src/features/bugs/candidates/edit';
import { checkForSlips } from '../../src/features/bugs/check';
import { reviewCode } from '../../src/features/bugs/review';
import type { BugFinding, BugModel, BugRequest, SlipFinding, SlipKind } from '../../src/features/bugs/types';
import { reasonNotToCheck } from '../../src/features/bugs/uncheckedFiles';
import { Planner } from '../../src/features/completion/planner';
import { placeOf } from '../../src/features/completion/place';
import { findFimTokens } from '../../src/features/completion/prompt/fimTokens';
import type { CompletionRequest } from '../../src/features/completion/types';
import { hashText } from './halves';
import type { BugItem, CleanItem, FileText, FunctionItem } from './items';
import { fileOf } from './items';
import { injectSlip } from './slips';

export interface CleanResult {
  readonly language: string;
  readonly stratum: string;
  readonly lineCount: number;
  readonly flags: readonly SlipFinding[];
}

export interface SlipResult {
  readonly language: string;
  readonly kind: SlipKind;
  readonly flagged: boolean;
  /** True when a flag also offers exactly what stood there before. */
  readonly undone: boolean;
  /** Strong flags on other lines. */
  readonly strayCount: number;
}

export interface BugResult {
  readonly item: BugItem;
  /** Whether an automatic check puts a flag on one of the lines that the fix changed. */
  readonly flagged: boolean;
  /** Rank (from 1) in the review of the first line that the fix changed; undefined when it is not among the three. */
  readonly rank: number | undefined;
}

/** What an automatic check flags in a function that has no known bug; undefined where it is not checked. */
export async function measureClean(item: CleanItem, model: BugModel): Promise<CleanResult | undefined> {
  const file = await checkedFile(item, item.code);
  if (file === undefined) {
    return undefined;
  }
  const { request } = whileTyping(requestFor(item, file), file.range.start, model);
  const flags = await checkForSlips(request, model, neverAborted);
  return { language: item.language, stratum: item.stratum, lineCount: item.code_lines, flags };
}

export interface CheckCost {
  /** Of a check of the whole function, as after pasting it. */
  readonly wholeMs: number;
  /** Of a check of its middle line, as after typing there: the prompt of a completion is in the KV cache. */
  readonly editMs: number;
  /** Of the same with nothing in the KV cache, as where suggestions are off. */
  readonly coldEditMs: number;
}

/** How long automatic checks of one function take; undefined where it is not checked. */
export async function measureCost(item: CleanItem, model: BugModel): Promise<CheckCost | undefined> {
  const file = await checkedFile(item, item.code);
  if (file === undefined) {
    return undefined;
  }
  const whole = requestFor(item, file);
  const middle = file.text.indexOf('\n', (file.range.start + file.range.end) / 2) - 1;
  const timed = async (request: BugRequest) => {
    const startMs = performance.now();
    await checkForSlips(request, model, neverAborted);
    return performance.now() - startMs;
  };
  const edit = { ...whole, ranges: [{ start: middle, end: middle }] };
  const { request, promptIds } = whileTyping(edit, middle, model);
  model.engine.forget();
  await model.engine.prefill(promptIds, neverAborted);
  const editMs = await timed(request);
  model.engine.forget();
  const coldEditMs = await timed(edit);
  model.engine.forget();
  return { wholeMs: await timed(whole), editMs, coldEditMs };
}

/**
 * What an automatic check finds, as after an edit there, of one slip injected into a clean function; undefined where none
 * can be.
 */
export async function measureSlip(item: CleanItem, model: BugModel): Promise<SlipResult | undefined> {
  const file = await checkedFile(item, item.code);
  const slip = file === undefined ? undefined : await injectSlip(file, createRandom(hashText(item.id)));
  if (slip === undefined) {
    return undefined;
  }
  const { text } = slip.file;
  const { range } = slip.undo;
  const { request } = whileTyping({ ...requestFor(item, slip.file), ranges: [range] }, range.start, model);
  const flags = await checkForSlips(request, model, neverAborted);
  const slipLine = lineOf(text, slip.undo.range.start);
  const onLine = flags.filter(({ range }) => lineOf(text, range.start) === slipLine);
  const original = applyEdit(text, slip.undo);
  return {
    language: item.language,
    kind: slip.kind,
    flagged: onLine.length > 0,
    undone: onLine.some(
      ({ range, edit }) => applyEdit(text, { range, expected: edit.expected }) === original,
    ),
    strayCount: flags.length - onLine.length,
  };
}

/** How an automatic check and a review fare with a real bug; undefined where its code cannot be read. */
export async function measureBug(item: BugItem, model: BugModel): Promise<BugResult | undefined> {
  const file = await fileOf(item, item.code_before);
  if (file === undefined) {
    return undefined;
  }
  const request = requestFor(item, file);
  const firstLine = lineOf(file.text, file.range.start);
  const isBuggy = ({ range }: BugFinding) =>
    item.buggy_lines.includes(lineOf(file.text, range.start) - firstLine + 1);
  const flags = await checkForSlips(request, model, neverAborted);
  const places = await reviewCode(request, model, () => {}, neverAborted);
  const index = places.findIndex(isBuggy);
  return { item, flagged: flags.some(isBuggy), rank: index < 0 ? undefined : index + 1 };
}

/**
 * `request` as it is while somebody types at `offset`, where it shares what it reads with completions, and the prompt of
 * a completion there.
 */
function whileTyping(
  request: BugRequest,
  offset: number,
  { engine, tokenizer }: BugModel,
): { readonly request: BugRequest; readonly promptIds: readonly number[] } {
  const { languageId, fileName, text } = request;
  const document = { uri: `file:///${fileName}`, languageId, version: 1, text };
  const options = {
    multiLine: 'automatic',
    inComments: true,
    inStrings: true,
    maxPromptTokens: 1200,
    deadlineMs: 1000,
  } as const;
  const completion: CompletionRequest = { document, offset, trigger: 'manual', relatedFiles: [], options };
  const fim = findFimTokens(tokenizer);
  const { contextCapacity } = engine;
  const planner = new Planner({ tokenizer, fim, contextCapacity, tokensReadWithin: () => Infinity });
  const { prompt } = planner.plan(placeOf(completion), completion);
  const readBefore = (lineStart: number) => planner.beginningBefore(document, lineStart);
  return { request: { ...request, readBefore }, promptIds: prompt.promptIds };
}

async function checkedFile(item: FunctionItem, code: string): Promise<FileText | undefined> {
  const file = await fileOf(item, code);
  return file === undefined || reasonNotToCheck(item.path, file.text) !== undefined ? undefined : file;
}

function requestFor(item: FunctionItem, { languageId, text, range }: FileText): BugRequest {
  // Only inside the function: its neighbours belong to the context.
  const inner = { start: range.start + 1, end: range.end - 1 };
  return { languageId, fileName: item.path, text, ranges: [inner], linesToSkip: new Set() };
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length - 1;
}
