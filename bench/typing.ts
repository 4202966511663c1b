/**
 * Types real code into the real language server at a human rhythm, as VS Code would pass it on: each keystroke is a
 * change, 50 ms of quiet lead to a request, the next keystroke cancels it. The simulated user accepts a suggestion
 * when its first line is what they were about to type. Reports what a user would notice, per keystroke.
 *
 *   npm run bench:typing -- [--data FOLDER] [--items 60] [--minutes N] [--pace 1] [--accept on|off]
 *
 * `--minutes` ends it after the item that is typed then; an hour for the growth of memory is `--items 600 --minutes 60`.
 */
import { parseArgs } from 'node:util';
import { readCompletionItems, spread } from './support/completionData';
import { printTable, writeResults } from './support/report';
import { quantile, wilsonInterval } from './support/statistics';
import { startEditor } from './typing/editor';
import { createTypist, type Keystroke } from './typing/typist';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/evals' },
    items: { type: 'string', default: '60' },
    minutes: { type: 'string', default: '100000' },
    pace: { type: 'string', default: '1' },
    accept: { type: 'string', default: 'on' },
    name: { type: 'string', default: 'typing' },
  },
});
const pace = Number(flags.pace);
const items = spread(
  readCompletionItems(flags.data).filter((item) => item.kind !== 'block'),
  Number(flags.items),
);

const editor = await startEditor();
const typist = createTypist({ pace, accepts: flags.accept === 'on' });
const keystrokes: Keystroke[] = [];
const memoryBytes: number[] = [];
const startTime = performance.now();
const startCpuSeconds = editor.cpuSeconds();
const minutesSoFar = () => (performance.now() - startTime) / 60_000;
for (const [index, item] of items.entries()) {
  if (minutesSoFar() >= Number(flags.minutes)) {
    break;
  }
  keystrokes.push(...(await typist.typeItem(editor, item)));
  memoryBytes.push(editor.residentBytes());
  if ((index + 1) % 10 === 0) {
    console.error(`${index + 1} of ${items.length} …`);
  }
}
const minutes = minutesSoFar();
const cpuSecondsPerMinute = (editor.cpuSeconds() - startCpuSeconds) / minutes;
const requests = editor.requestTimings();
const outcomes = editor.outcomes();
await editor.stop();

report();

function report(): void {
  const answered = keystrokes.filter((keystroke) => keystroke.suggestion !== undefined);
  const byModel = answered.filter(({ suggestion }) => suggestion?.source === 'model');
  const remembered = answered.filter(({ suggestion }) => suggestion?.source !== 'model');
  // A suggestion that is typed through counts once, where it came up.
  const offered = answered.filter(({ suggestion }) => suggestion?.source !== 'typed-through');
  const matching = offered.filter((keystroke) => keystroke.matches);
  const savedCount = keystrokes.reduce((sum, keystroke) => sum + keystroke.savedKeystrokes, 0);
  const charCount = keystrokes.length + savedCount;
  const prefilled = requests.map((request) => request.prefilledTokenCount);

  printTable(
    ['time from keystroke to suggestion (ms)', 'n', 'p50', 'p90', 'p99'],
    [
      ['all', ...quantiles(answered)],
      ['· asked of the model', ...quantiles(byModel)],
      ['· remembered (typed through, cache)', ...quantiles(remembered)],
      ["· remembered, without the editor's own 50 ms", ...quantiles(remembered, (k) => k.answerMs)],
    ],
  );
  printTable(
    ['figure', 'value'],
    [
      ['keystrokes typed', String(keystrokes.length)],
      ['… with a suggestion before the next', percentWithInterval(answered.length, keystrokes.length)],
      [
        'new suggestions whose first line agrees with the author',
        percentWithInterval(matching.length, offered.length),
      ],
      ['keystrokes saved by accepting', `${savedCount} of ${charCount} (${percent(savedCount / charCount)})`],
      ['tokens prefilled per request to the engine, median', String(quantile(prefilled, 0.5))],
      ['tokens prefilled per keystroke, mean', (sum(prefilled) / keystrokes.length).toFixed(1)],
      ['processor seconds per minute of typing', cpuSecondsPerMinute.toFixed(1)],
      ['resident memory, second and last fifth (MB)', memoryGrowth()],
      ['minutes', minutes.toFixed(1)],
    ],
  );
  const names = [...new Set(outcomes)];
  const countOf = (name: string) => outcomes.filter((outcome) => outcome === name).length;
  printTable(
    ['outcome of a request', 'share'],
    names
      .sort((one, other) => countOf(other) - countOf(one))
      .map((name) => [name, percent(countOf(name) / outcomes.length)]),
  );
  writeResults(flags.name, { pace, minutes, keystrokes, requests, memoryBytes, cpuSecondsPerMinute });
}

function quantiles(
  group: readonly Keystroke[],
  valueOf: (keystroke: Keystroke) => number = (keystroke) => keystroke.toSuggestionMs,
): string[] {
  const values = group.map(valueOf);
  return [String(values.length), ...[0.5, 0.9, 0.99].map((share) => quantile(values, share).toFixed(0))];
}

function memoryGrowth(): string {
  const fifth = Math.max(1, Math.floor(memoryBytes.length / 5));
  const mean = (values: readonly number[]) => sum(values) / values.length / 1e6;
  const first = mean(memoryBytes.slice(fifth, 2 * fifth));
  const last = mean(memoryBytes.slice(-fifth));
  return `${first.toFixed(0)} and ${last.toFixed(0)} (${percent(last / first - 1)})`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percentWithInterval(count: number, total: number): string {
  const [low, high] = wilsonInterval(count, total);
  return `${percent(count / total)} (${(100 * low).toFixed(1)}-${(100 * high).toFixed(1)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
