/**
 * Speed of the engine against llama.cpp (through node-llama-cpp) on the same GGUF, prompts and threads, the
 * contenders taking turns in one run: prefill, decode at several depths as completion asks for it (common tokens
 * only), decode on real code with prompt lookup, cold start and memory. Prints tables with ratios and writes bench/results/speed.json.
 *
 *   npm run bench:speed --- [--rounds 5] [--data FOLDER]
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { defaultThreadCount } from '../src/engine/transformerEngine';
import type { Tokenizer } from '../src/tokenizer/tokenizer';
import type { Answer, Command, ContenderName, ContenderOptions } from './speed/contender';
import { readCompletionItems } from './support/completionData';
import { openDefaultModel } from './support/defaultModel';
import { printTable, writeResults } from './support/report';
import { sourceText } from './support/sourceText';
import { median } from './support/statistics';

const depths = [128, 512, 1024];
const decodedTokens = 32;
const editTokens = 64;
const peer: ContenderName = 'llama.cpp';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, data: { type: 'string', default: '../shared/evals' } },
});
const roundCount = Number(flags.rounds);

const { tokenizer, ggufPath } = await openDefaultModel();
const options: ContenderOptions = { ggufPath, threadCount: defaultThreadCount(), contextCapacity: 2048 };
const sourceIds = tokenizer.encode(sourceText(40_000));
const editPrompts = readEditPrompts(flags.data, tokenizer);

/** Rounds of one figure: contender -> one value a round, in the order measured. */
type Series = Record<string, number[]>;
const figures: Record<string, Series> = {};

const contenders = new Map<ContenderName, Worker>();
for (const name of ['sotto', 'sotto with prompt lookup', peer] as const) {
  contenders.set(name, await startWorker(name, options));
}

for (let round = 0; round < roundCount; round += 1) {
  for (const depth of depths) {
    // Another stretch of text each round: nothing is left in any cache.
    const ids = sourceIds.slice(round * 700, round * 700 + depth);
    await measure(`prefill of ${depth} (tok/s)`, ['sotto', peer], async (ask) => {
      return (1000 * depth) / (await ask({ kind: 'prefill', ids }));
    });
    await measure(`decode at ${depth} (ms/token)`, ['sotto', peer], (ask) =>
      ask({ kind: 'decode', ids, tokenCount: decodedTokens }),
    );
  }
}
for (const ids of editPrompts) {
  await measure('decode on real code (ms/token)', ['sotto', 'sotto with prompt lookup', peer], (ask) =>
    ask({ kind: 'decode', ids, tokenCount: editTokens }),
  );
}
for (const [name, worker] of contenders) {
  record('cold start (ms)', name, worker.coldStartMs);
  record('resident memory (MB)', name, (await worker.ask({ kind: 'memory' })) / 1e6);
  worker.stop();
}

report();

interface Worker {
  readonly coldStartMs: number;
  ask(command: Command): Promise<number>;
  stop(): void;
}

async function startWorker(name: ContenderName, workerOptions: ContenderOptions): Promise<Worker> {
  const child = fork(new URL('./speed/worker.ts', import.meta.url), [name, JSON.stringify(workerOptions)], {
    execArgv: ['--import', 'tsx'],
  });
  const ended = once(child, 'exit').then((): Answer => ({ kind: 'failed', message: 'the process ended' }));
  const coldStartMs = await nextAnswer(child, ended);
  return {
    coldStartMs,
    ask(command) {
      child.send(command);
      return nextAnswer(child, ended);
    },
    stop: () => child.kill(),
  };
}

async function nextAnswer(child: ChildProcess, ended: Promise<Answer>): Promise<number> {
  const message = new Promise<Answer>((resolve) => child.once('message', resolve));
  const answer = await Promise.race([message, ended]);
  if (answer.kind === 'failed') {
    throw new Error(answer.message);
  }
  return answer.value;
}

async function measure(
  figure: string,
  names: readonly ContenderName[],
  once: (ask: Worker['ask']) => Promise<number>,
): Promise<void> {
  for (const name of names) {
    const worker = contenders.get(name);
    if (worker !== undefined) {
      record(figure, name, await once((command) => worker.ask(command)));
    }
  }
}

function record(figure: string, name: ContenderName, value: number): void {
  const series = (figures[figure] ??= {});
  (series[name] ??= []).push(value);
}

/** Prompts that end where a developer wrote a block of code: the plain fill-in-the-middle form, as ids. */
function readEditPrompts(folder: string, tokenizer: Tokenizer): number[][] {
  const special = (name: string) => tokenizer.specialId(name) ?? 0;
  return readCompletionItems(folder)
    .filter((item) => item.kind === 'block')
    .slice(0, 8)
    .map(({ prefix, suffix }) => [
      special('<|fim_prefix|>'),
      ...tokenizer.encode(prefix).slice(-768),
      special('<|fim_suffix|>'),
      ...tokenizer.encode(suffix).slice(0, 160),
      special('<|fim_middle|>'),
    ]);
}

function report(): void {
  const rows = Object.entries(figures).map(([figure, series]) => {
    const ours = median(series['sotto'] ?? []);
    const lookup = median(series['sotto with prompt lookup'] ?? []);
    const theirs = median(series[peer] ?? []);
    const higherIsBetter = figure.includes('tok/s');
    const ratio = (value: number) => (higherIsBetter ? value / theirs : theirs / value).toFixed(2);
    const shown = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(value < 100 ? 1 : 0));
    return [
      figure,
      shown(ours),
      shown(lookup),
      shown(theirs),
      `${ratio(ours)}x`,
      Number.isNaN(lookup) || higherIsBetter ? '' : `${ratio(lookup)}x`,
      String(series[peer]?.length ?? 0),
    ];
  });
  printTable(['median', 'sotto', 'with prompt lookup', peer, 'better by', 'with lookup', 'n'], rows);
  writeResults('speed', { threads: options.threadCount, figures });
}
