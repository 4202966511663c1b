/**
 * Quality of completion on real code: the shipping pipeline against the prompt that every peer sends (prefix up to
 * the cursor, suffix), with the same model, in the same run, item by item. Exact match and the share of the author's
 * characters that are right before the first error, with intervals and a paired test; and how often a suggestion that
 * passes the confidence threshold is exactly right. Asked for as with a key: then likely lines are weighed against each
 * other, which nobody who types waits for.
 *
 *   npm run bench:completion -- [--data FOLDER] [--set completion_dev|humaneval_infill_single_line]
 *                               [--limit N] [--kinds all|single] [--part all|tuned|unseen] [--related on|off]
 *
 * `--part tuned`: the 200 single lines on which the window was chosen; `unseen`: the other single lines.
 */
import { parseArgs } from 'node:util';
import { completeAsPeers } from './completion/peerPrompt';
import { scoreCompletion, type Score } from './completion/score';
import { completeAsShipped, type Shipped } from './completion/shipped';
import { readCompletionItems, spread, type CompletionItem } from './support/completionData';
import { openDefaultModel } from './support/defaultModel';
import { printTable, writeResults } from './support/report';
import { mcNemar, median, wilsonInterval } from './support/statistics';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/evals' },
    set: { type: 'string', default: 'completion_dev' },
    limit: { type: 'string', default: '100000' },
    kinds: { type: 'string', default: 'all' },
    part: { type: 'string', default: 'all' },
    related: { type: 'string', default: 'on' },
    peers: { type: 'string', default: 'on' },
    name: { type: 'string', default: 'completion' },
  },
});
interface Row {
  readonly item: CompletionItem;
  readonly ours: Score;
  readonly peers: Score | undefined;
  readonly shipped: Shipped;
}

const all = readCompletionItems(flags.data, flags.set);
const singleLines = all.filter((item) => item.kind !== 'block');
const tuned = new Set(spread(singleLines, 200));
const parts: Readonly<Record<string, readonly CompletionItem[]>> = {
  all: flags.kinds === 'all' ? all : singleLines,
  tuned: [...tuned],
  unseen: singleLines.filter((item) => !tuned.has(item)),
};
const items = spread(parts[flags.part] ?? [], Number(flags.limit));
const model = await openDefaultModel();
const rows: Row[] = [];
for (const item of items) {
  const shipped = await completeAsShipped(model, item, flags.related === 'on');
  const peers = flags.peers === 'on' ? scoreCompletion(item, await completeAsPeers(model, item)) : undefined;
  rows.push({ item, shipped, peers, ours: scoreCompletion(item, shipped.text) });
  if (rows.length % 50 === 0) {
    console.error(`${rows.length} of ${items.length} …`);
  }
}
await model.dispose();

const groups: Readonly<Record<string, (item: CompletionItem) => boolean>> = {
  'single lines': (item) => item.kind !== 'block',
  '· rest of a line': (item) => item.kind === 'tail-of-line',
  '· mid-identifier': (item) => item.cursor === 'mid-identifier',
  '· whole line': (item) => item.kind === 'line',
  blocks: (item) => item.kind === 'block',
};
printTable(
  ['items', 'n', 'exact (95 %)', "peers' prompt", 'only ours / theirs', 'p', 'right before error', "peers'"],
  Object.entries(groups).flatMap(([name, belongs]) =>
    comparisonRow(
      name,
      rows.filter((row) => belongs(row.item)),
    ),
  ),
);
printTable(
  ['shown when', 'shown', 'of all', 'exact of shown (95 %)', 'right before error'],
  [...thresholdRows(rows.filter((row) => row.item.kind !== 'block'))],
);
const seconds = rows.map((row) => row.shipped.totalMs);
console.log(`median ${median(seconds).toFixed(0)} ms a suggestion, nothing cached\n`);
writeResults(flags.name, {
  set: flags.set,
  related: flags.related,
  rows: rows.map(({ item, ours, peers, shipped }) => ({
    id: item.id,
    kind: item.kind,
    language: item.language,
    cursor: item.cursor,
    ours,
    peers,
    shipped,
    expected: item.middle,
  })),
});

function comparisonRow(name: string, group: readonly Row[]): string[][] {
  if (group.length === 0) {
    return [];
  }
  const exactCount = group.filter((row) => row.ours.exact).length;
  const peersExactCount = group.filter((row) => row.peers?.exact === true).length;
  const onlyOurs = group.filter((row) => row.ours.exact && row.peers?.exact === false).length;
  const onlyPeers = group.filter((row) => !row.ours.exact && row.peers?.exact === true).length;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [
    [
      name,
      String(group.length),
      percentWithInterval(exactCount, group.length),
      percent(peersExactCount / group.length),
      `${onlyOurs} / ${onlyPeers}`,
      mcNemar(onlyOurs, onlyPeers).toPrecision(2),
      percent(mean(group.map((row) => row.ours.rightShare))),
      percent(mean(group.map((row) => row.peers?.rightShare ?? NaN))),
    ],
  ];
}

/** How many suggestions would be shown, and right, by the shipping threshold and by others. */
function* thresholdRows(group: readonly Row[]): Generator<string[]> {
  yield thresholdRow('as shipped', group, ({ shipped }) => shipped.shown);
  for (const percent of [1, 3, 5, 10, 15, 20, 30, 40, 50]) {
    const minimum = Math.log(percent / 100);
    yield thresholdRow(`likely by ${percent} %`, group, ({ shipped }) => shipped.confidence >= minimum);
  }
}

function thresholdRow(name: string, group: readonly Row[], isShown: (row: Row) => boolean): string[] {
  const shown = group.filter((row) => row.shipped.text !== '' && isShown(row));
  const exactCount = shown.filter((row) => row.ours.exact).length;
  const rightShare = shown.reduce((sum, row) => sum + row.ours.rightShare, 0) / shown.length;
  return [
    name,
    String(shown.length),
    percent(shown.length / group.length),
    percentWithInterval(exactCount, shown.length),
    percent(rightShare),
  ];
}

function percentWithInterval(count: number, total: number): string {
  const [low, high] = wilsonInterval(count, total);
  return `${percent(count / total)} (${(100 * low).toFixed(1)}-${(100 * high).toFixed(1)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
