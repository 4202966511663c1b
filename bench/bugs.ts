/**
 * Bug lines on real code, with the shipped functions, three sets apart: flags on clean functions, slips injected
 * into clean functions by one edit each, and real bugs that their authors committed; and how long checks take. Prints
 * tables with 95 % Wilson intervals and writes bench/results/bugs.json. Thresholds were set on the tuning half of the
 * projects.
 *
 *   npm run bench:bugs -- [--functions N] [--slips N] [--bugs N] [--costs N] [--half held-back|tuning|all]
 *                         [--data FOLDER] [--out NAME]
 */
import { parseArgs } from 'node:util';
import { createHalves, hashText } from './bugs/halves';
import type { BugItem, CleanItem, FunctionItem } from './bugs/items';
import type { BugResult, CheckCost, CleanResult, SlipResult } from './bugs/measure';
import { measureBug, measureClean, measureCost, measureSlip } from './bugs/measure';
import { openDefaultModel } from './support/defaultModel';
import { readItems } from './support/jsonLines';
import { printTable, writeResults } from './support/report';
import { quantile, wilsonInterval } from './support/statistics';

const { values: flags } = parseArgs({
  options: {
    functions: { type: 'string', default: '100000' },
    slips: { type: 'string', default: '100000' },
    bugs: { type: 'string', default: '100000' },
    costs: { type: 'string', default: '20' },
    half: { type: 'string', default: 'held-back' },
    data: { type: 'string', default: '../shared/evals' },
    out: { type: 'string', default: 'bugs' },
  },
});
const halfOf = createHalves(flags.data);
const cleanItems = choose(readItems<CleanItem>(flags.data, 'bugs_clean_dev'));
const bugItems = choose(readItems<BugItem>(flags.data, 'bugs_dev'));
const model = await openDefaultModel();
const longItems = cleanItems.filter(({ code_lines }) => code_lines >= 50 && code_lines <= 70);
const costs = await measureAll(longItems, Number(flags.costs), (item) => measureCost(item, model));
const clean = await measureAll(cleanItems, Number(flags.functions), (item) => measureClean(item, model));
const slips = await measureAll(cleanItems, Number(flags.slips), (item) => measureSlip(item, model));
const bugs = await measureAll(bugItems, Number(flags.bugs), (item) => measureBug(item, model));
await model.dispose();
const figures = {
  half: flags.half,
  costs: costs.length > 0 ? reportCosts(costs) : undefined,
  clean: clean.length > 0 ? reportClean(clean) : undefined,
  slips: slips.length > 0 ? reportSlips(slips) : undefined,
  bugs: bugs.length > 0 ? reportBugs(bugs) : undefined,
};
writeResults(flags.out, figures);

/** The items of the chosen half in an order that has nothing to do with project, language or date. */
function choose<Item extends FunctionItem>(items: readonly Item[]): Item[] {
  return items
    .filter(({ project }) => flags.half === 'all' || halfOf(project) === flags.half)
    .sort((a, b) => hashText(`order ${a.id}`) - hashText(`order ${b.id}`));
}

async function measureAll<Item, Result>(
  items: readonly Item[],
  limit: number,
  measure: (item: Item) => Promise<Result | undefined>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) {
    const result = results.length < limit ? await measure(item) : undefined;
    results.push(...(result === undefined ? [] : [result]));
  }
  return results;
}

function reportCosts(results: readonly CheckCost[]): unknown {
  const rows = [
    { name: 'an edit in its middle, after a completion there', values: results.map(({ editMs }) => editMs) },
    { name: 'an edit in its middle', values: results.map(({ coldEditMs }) => coldEditMs) },
    { name: 'all of it', values: results.map(({ wholeMs }) => wholeMs) },
  ].map(({ name, values }) => ({ name, p50Ms: quantile(values, 0.5), p90Ms: quantile(values, 0.9) }));
  console.log('Checks of functions of 50 to 70 lines, nothing else of them in the KV cache (seconds)');
  printTable(
    ['', 'n', 'p50', 'p90'],
    rows.map(({ name, p50Ms, p90Ms }) => [
      name,
      String(results.length),
      (p50Ms / 1000).toFixed(1),
      (p90Ms / 1000).toFixed(1),
    ]),
  );
  return { n: results.length, rows };
}

function reportClean(results: readonly CleanResult[]): unknown {
  const rows = groupsOf(results, {
    all: () => true,
    stable: ({ stratum }) => stratum === 'stable',
    'new in 2025': ({ stratum }) => stratum === 'new2025',
    'JavaScript, TypeScript': ({ language }) => /script/.test(language),
    Python: ({ language }) => language === 'python',
    Java: ({ language }) => language === 'java',
  }).map(({ name, members }) => {
    const lineCount = members.reduce((sum, result) => sum + result.lineCount, 0);
    const flagCount = members.reduce((sum, result) => sum + result.flags.length, 0);
    const flags = members.flatMap((result) =>
      result.flags.map(({ kind, edit }) => [kind, edit.logRatioNats]),
    );
    return { name, functionCount: members.length, lineCount, ...shareOf(flagCount, lineCount), flags };
  });
  console.log('Clean functions: flags on 1,000 lines of code');
  printTable(
    ['', 'functions', 'lines', 'flags', 'on 1,000 lines'],
    rows.map(({ name, functionCount, lineCount, count, share, interval }) => [
      name,
      String(functionCount),
      String(lineCount),
      String(count),
      formatShare(share, interval, 1000, 2),
    ]),
  );
  return rows;
}

function reportSlips(results: readonly SlipResult[]): unknown {
  const kinds = [...new Set(results.map(({ kind }) => kind))].sort();
  const coarse: Record<string, (result: SlipResult) => boolean> = {
    all: () => true,
    'operators, booleans, negations, ±1': ({ kind }) =>
      /^(operator|boolean|negation|number|off-by-one)$/.test(kind),
  };
  const groups = { ...coarse, ...Object.fromEntries(kinds.map((kind) => [kind, isKind(kind)])) };
  const rows = groupsOf(results, groups).map(({ name, members }) => ({
    name,
    n: members.length,
    flagged: shareOf(members.filter(({ flagged }) => flagged).length, members.length),
    undone: shareOf(members.filter(({ undone }) => undone).length, members.length),
    strayCount: members.reduce((sum, { strayCount }) => sum + strayCount, 0),
  }));
  console.log('Injected slips: flagged by an automatic check');
  printTable(
    ['', 'n', 'flag on the line', 'and undone', 'flags elsewhere'],
    rows.map(({ name, n, flagged, undone, strayCount }) => [
      name,
      String(n),
      formatShare(flagged.share, flagged.interval, 100, 0),
      formatShare(undone.share, undone.interval, 100, 0),
      String(strayCount),
    ]),
  );
  return rows;
}

function isKind(kind: string): (result: SlipResult) => boolean {
  return (result) => result.kind === kind;
}

function reportBugs(results: readonly BugResult[]): unknown {
  const rows = groupsOf(results, {
    all: () => true,
    replacements: ({ item }) => item.kind === 'replace',
    'single edits': ({ item }) => item.single_edit,
    'fixed in 2025 or later': ({ item }) => item.post2025,
    'JavaScript, TypeScript': ({ item }) => /script/.test(item.language),
    Python: ({ item }) => item.language === 'python',
    Java: ({ item }) => item.language === 'java',
  }).map(({ name, members }) => {
    const countOf = (wanted: (result: BugResult) => boolean) =>
      shareOf(members.filter(wanted).length, members.length);
    return {
      name,
      n: members.length,
      top1: countOf(({ rank }) => rank === 1),
      top3: countOf(({ rank }) => rank !== undefined),
      flagged: countOf(({ flagged }) => flagged),
    };
  });
  console.log('Real bugs: a changed line first, among three, in a review; flagged by an automatic check');
  printTable(
    ['', 'n', 'first', 'among three', 'flagged'],
    rows.map(({ name, n, top1, top3, flagged }) => [
      name,
      String(n),
      ...[top1, top3, flagged].map(({ share, interval }) => formatShare(share, interval, 100, 1)),
    ]),
  );
  return rows;
}

function groupsOf<Result>(
  results: readonly Result[],
  groups: Readonly<Record<string, (result: Result) => boolean>>,
): { readonly name: string; readonly members: Result[] }[] {
  return Object.entries(groups).map(([name, belongs]) => ({ name, members: results.filter(belongs) }));
}

function shareOf(count: number, total: number) {
  return { count, share: count / total, interval: wilsonInterval(count, total) };
}

function formatShare(
  share: number,
  interval: readonly [number, number],
  scale: number,
  digits: number,
): string {
  const [low, high] = interval.map((value) => (scale * value).toFixed(digits));
  const unit = scale === 100 ? ' %' : '';
  return `${(scale * share).toFixed(digits)}${unit} (${low} to ${high})`;
}
