import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../base/packageRoot';
import type { CompletionOutcome } from '../features/completion/types';
import { completeOnce } from './completion';
import { printLine, styled } from './terminal';
import { withModel } from './withModel';

/** Marks the cursor in the files of examples/. */
const cursorMark = '█';
/** Lines shown before the cursor. */
const shownLineCount = 8;

/** The main job without arguments: completes the example files and shows what it cost. */
export async function runTour(signal: AbortSignal): Promise<void> {
  const folder = join(packageRoot(), 'examples');
  const names = (await readdir(folder)).sort();
  await withModel(async (model, logger) => {
    printLine(`${model.name}, on this machine. Suggestions are ${suggestionStyle('in this colour')}.`);
    for (const name of names) {
      const marked = await readFile(join(folder, name), 'utf8');
      const offset = marked.indexOf(cursorMark);
      const text = marked.replace(cursorMark, '');
      const outcome = await completeOnce(model, { path: join(folder, name), text, offset }, logger, signal);
      showCompletion(name, text.slice(0, offset), outcome);
    }
  }, signal);
  printLine();
  printLine(`Try your own code: ${styled('bold', 'npm start -- complete FILE:LINE:COLUMN')}`);
}

function showCompletion(name: string, before: string, outcome: CompletionOutcome): void {
  const lines = before.split('\n');
  const firstShown = Math.max(0, lines.length - shownLineCount);
  printLine();
  printLine(styled('bold', `examples/${name}:${lines.length}`));
  printLine(
    lines.slice(firstShown).join('\n') +
      (outcome.kind === 'suggestion'
        ? suggestionStyle(outcome.text)
        : styled('dim', ` no suggestion: ${outcome.reason} (${outcome.detail})`)),
  );
  printLine(styled('dim', describeTimings(outcome)));
}

function describeTimings({ timings }: CompletionOutcome): string {
  const { engine } = timings;
  if (engine === undefined) {
    return `${Math.round(timings.totalMs)} ms, without the model`;
  }
  return (
    `prefill ${engine.prefilledTokenCount} tokens in ${Math.round(engine.prefillMs)} ms, ` +
    `decode ${engine.decodedTokenCount} tokens in ${Math.round(engine.decodeMs)} ms`
  );
}

function suggestionStyle(text: string): string {
  return styled('green', text);
}
