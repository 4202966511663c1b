/**
 * Explanations, checked without a judge: the model explains a function, then reads only the explanation, and its own
 * score must pick that function among near ones (same language, nearest in length). With what the file tells beside
 * the code (grounded), and without, item by item in one run. Names are masked in explanation and code, since they
 * would give the answer away. Also: seconds to the first words and to the end.
 *
 *   npm run bench:explanation -- [--limit 40] [--show] [--data FOLDER]
 */
import { parseArgs } from 'node:util';
import { neverAborted } from '../src/base/abort';
import { createChatModel } from '../src/features/chat/answer';
import { explain } from '../src/features/explanation/explain';
import type { ExplanationItem } from './explanation/items';
import { nearest, readExplanationItems } from './explanation/items';
import { openDefaultModel } from './support/defaultModel';
import { printTable, writeResults } from './support/report';
import { mcNemar, median, wilsonInterval } from './support/statistics';

interface Measurement {
  readonly picked: boolean;
  readonly firstSeconds: number;
  readonly totalSeconds: number;
}

const candidateCount = 4;
const maxScoredTokens = 256;

const { values: flags } = parseArgs({
  options: {
    limit: { type: 'string', default: '40' },
    show: { type: 'boolean', default: false },
    data: { type: 'string', default: '../shared/evals' },
  },
});
const all = readExplanationItems(flags.data);
// Languages in turn, so that a small limit holds all of them.
const stride = Math.max(1, Math.floor(all.length / Number(flags.limit)));
const items = all.filter((_, index) => index % stride === 0).slice(0, Number(flags.limit));
const model = await openDefaultModel();
const chat = createChatModel(model.engine, model.tokenizer, model.manifest.chatTemplate);

const grounded: Measurement[] = [];
const bare: Measurement[] = [];
for (const item of items) {
  grounded.push(await measure(item, true));
  bare.push(await measure(item, false));
}
await model.dispose();
report();

async function measure(item: ExplanationItem, isGrounded: boolean): Promise<Measurement> {
  const code = item.code_without_doc;
  const start = Math.max(0, code.lastIndexOf('\n', code.indexOf(item.entry_point)) + 1);
  // Without grounding the function stands in a file of its own: no imports, no other definitions.
  const text = isGrounded ? code : code.slice(start);
  const range = isGrounded ? { start, end: code.length } : { start: 0, end: text.length };
  const startTime = performance.now();
  let firstSeconds: number | undefined;
  const { text: explanation } = await explain(
    { languageId: item.language, text, fileName: 'file', range, facts: [], length: 'normal' },
    chat,
    () => (firstSeconds ??= (performance.now() - startTime) / 1000),
    neverAborted,
  );
  const totalSeconds = (performance.now() - startTime) / 1000;
  if (flags.show) {
    console.log(`# ${item.id}${isGrounded ? ', grounded' : ''}\n${explanation}\n`);
  }
  const scores: number[] = [];
  for (const candidate of [item, ...nearest(item, all, candidateCount - 1)]) {
    scores.push(
      await scoreGiven(mask(explanation, item), mask(candidate.code_without_doc, candidate), item.language),
    );
  }
  const picked = scores.indexOf(Math.max(...scores)) === 0;
  return { picked, firstSeconds: firstSeconds ?? totalSeconds, totalSeconds };
}

/** How much likelier each token of the code becomes by the explanation, on average: length and commonness cancel out. */
async function scoreGiven(explanation: string, code: string, language: string): Promise<number> {
  const target = model.tokenizer.encode(code).slice(0, maxScoredTokens);
  const meanScore = async (description: string) => {
    const prompt = chat.format.encode([
      { role: 'user', content: `Write the ${language} function.\n\n${description}` },
    ]);
    const scores = await model.engine.score(prompt, target, neverAborted);
    return scores.reduce((sum, score) => sum + score, 0) / target.length;
  };
  return (await meanScore(explanation)) - (await meanScore(''));
}

function mask(text: string, { entry_point: name }: ExplanationItem): string {
  return text.replaceAll(name, 'f');
}

function report(): void {
  if (items.length === 0) {
    return;
  }
  const header = ['', `right of ${candidateCount} (95 %)`, 'median s to first words', 'median s to the end'];
  printTable(header, [
    ['grounded', ...figuresOf(grounded)],
    ['code alone', ...figuresOf(bare)],
  ]);
  const onlyGrounded = grounded.filter(({ picked }, index) => picked && !bare[index]?.picked).length;
  const onlyBare = bare.filter(({ picked }, index) => picked && !grounded[index]?.picked).length;
  const p = mcNemar(onlyGrounded, onlyBare);
  console.log(
    `n = ${items.length}; only grounded right ${onlyGrounded}, only alone ${onlyBare}, p = ${p.toFixed(2)}\n`,
  );
  writeResults('explanation', { itemCount: items.length, grounded, bare, onlyGrounded, onlyBare, p });
}

function figuresOf(measurements: readonly Measurement[]): string[] {
  const rightCount = measurements.filter(({ picked }) => picked).length;
  const [low, high] = wilsonInterval(rightCount, measurements.length);
  const percent = (share: number) => (100 * share).toFixed(0);
  return [
    `${percent(rightCount / measurements.length)} % (${percent(low)} to ${percent(high)})`,
    median(measurements.map(({ firstSeconds }) => firstSeconds)).toFixed(1),
    median(measurements.map(({ totalSeconds }) => totalSeconds)).toFixed(1),
  ];
}
