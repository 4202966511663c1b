/**
 * Documentation comments on real functions, against the same model asked for a comment in a chat, item by item in
 * one run: are all parameters documented and no other, how near is the summary to the author's (chrF), seconds a
 * function. Prints a table and writes bench/results/documentation.json.
 *
 *   npm run bench:documentation -- [--limit 20] [--show] [--data FOLDER]
 */
import { parseArgs } from 'node:util';
import { neverAborted } from '../src/base/abort';
import { documentSymbols } from '../src/features/documentation/document';
import type { FilledSlot } from '../src/features/documentation/types';
import type { LanguageModel } from '../src/runtime/languageModel';
import { chrF } from './documentation/chrf';
import { generateFreely } from './documentation/freeGeneration';
import type { DocumentationItem } from './documentation/items';
import { fileOf, readDocumentationItems } from './documentation/items';
import type { ParameterCounts } from './documentation/readComment';
import { countParameters, readComment } from './documentation/readComment';
import { openDefaultModel } from './support/defaultModel';
import { printTable, writeResults } from './support/report';
import { bootstrapInterval, mean, median } from './support/statistics';

interface Measurement {
  readonly comment: string;
  readonly summaryScore: number;
  readonly parameters: ParameterCounts;
  readonly seconds: number;
}

const { values: flags } = parseArgs({
  options: {
    limit: { type: 'string' },
    show: { type: 'boolean', default: false },
    data: { type: 'string', default: '../shared/evals' },
  },
});
const items = readDocumentationItems(flags.data).slice(
  0,
  flags.limit === undefined ? undefined : Number(flags.limit),
);
const model = await openDefaultModel();

const ours: Measurement[] = [];
const free: Measurement[] = [];
const slots: FilledSlot[] = [];
for (const item of items) {
  ours.push(await measure(item, () => documentItem(model, item)));
  free.push(await measure(item, () => generateFreely(model, item)));
  if (flags.show) {
    console.log(
      `# ${item.id}: ${item.reference_summary}\n${ours.at(-1)?.comment}\n--\n${free.at(-1)?.comment}\n`,
    );
  }
}
await model.dispose();
report();

async function documentItem({ engine, tokenizer }: LanguageModel, item: DocumentationItem): Promise<string> {
  const { text, offset } = fileOf(item);
  const { edits } = await documentSymbols(
    { languageId: item.language, text, target: { kind: 'symbol', offset }, projectTexts: [] },
    { engine, tokenizer },
    neverAborted,
  );
  slots.push(...edits.flatMap((edit) => edit.words));
  return edits[0]?.newText.trim() ?? '';
}

async function measure(item: DocumentationItem, write: () => Promise<string>): Promise<Measurement> {
  const startTime = performance.now();
  const comment = await write();
  const seconds = (performance.now() - startTime) / 1000;
  const { summary, parameterNames } = readComment(comment);
  return {
    comment,
    summaryScore: chrF(summary, item.reference_summary),
    parameters: countParameters(item, parameterNames),
    seconds,
  };
}

function report(): void {
  if (items.length === 0) {
    return;
  }
  const rows = [
    ['Sotto', ...figuresOf(ours)],
    ['the same model, free', ...figuresOf(free)],
  ];
  const header = [
    '',
    'parameter recall',
    'parameter precision',
    'summary chrF (95 %)',
    'median s a function',
  ];
  printTable(header, rows);
  const differences = ours.map(({ summaryScore }, index) => summaryScore - (free[index]?.summaryScore ?? 0));
  const neutralShare = slots.filter((slot) => slot.origin === 'neutral').length / slots.length;
  console.log(`chrF, Sotto − free: ${formatInterval(differences)}, n = ${items.length}`);
  console.log(`neutral words: ${(100 * neutralShare).toFixed(1)} % of ${slots.length} slots\n`);
  if (flags.limit === undefined) {
    writeResults('documentation', {
      itemCount: items.length,
      neutralShare,
      difference: { mean: mean(differences), interval: bootstrapInterval(differences) },
      sotto: summarize(ours),
      free: summarize(free),
    });
  }
}

function summarize(measurements: readonly Measurement[]) {
  const sum = (key: keyof ParameterCounts) =>
    measurements.reduce((total, { parameters }) => total + parameters[key], 0);
  const scores = measurements.map(({ summaryScore }) => summaryScore);
  return {
    parameterRecall: sum('foundCount') / sum('expectedCount'),
    parameterPrecision: sum('foundCount') / sum('documentedCount'),
    summaryChrF: mean(scores),
    summaryChrFInterval: bootstrapInterval(scores),
    medianSeconds: median(measurements.map(({ seconds }) => seconds)),
  };
}

function figuresOf(measurements: readonly Measurement[]): string[] {
  const { parameterRecall, parameterPrecision, medianSeconds } = summarize(measurements);
  return [
    `${(100 * parameterRecall).toFixed(1)} %`,
    `${(100 * parameterPrecision).toFixed(1)} %`,
    formatInterval(measurements.map(({ summaryScore }) => summaryScore)),
    medianSeconds.toFixed(1),
  ];
}

function formatInterval(values: readonly number[]): string {
  const [low, high] = bootstrapInterval(values);
  return `${mean(values).toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
}
