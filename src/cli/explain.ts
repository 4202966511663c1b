import { basename } from 'node:path';
import { createChatModel } from '../features/chat/answer';
import { explain } from '../features/explanation/explain';
import type { ExplanationEvent } from '../features/explanation/types';
import { languageIdOf } from './languages';
import { parseLines, readLines } from './location';
import { printLine, printPiece, remark } from './terminal';
import { withModel } from './withModel';

/** `explain FILE:START-END`: prints the explanation while it is made; one line alone means the symbol on it. */
export async function explainLines(place: string, signal: AbortSignal): Promise<void> {
  const lines = parseLines(place);
  const { text, range } = await readLines(lines);
  await withModel(async ({ engine, tokenizer, manifest }) => {
    const request = {
      languageId: languageIdOf(lines.path),
      text,
      fileName: basename(lines.path),
      range: lines.firstLine === lines.lastLine ? { start: range.start, end: range.start } : range,
      facts: [],
      length: 'normal',
    } as const;
    const { ending } = await explain(
      request,
      createChatModel(engine, tokenizer, manifest.chatTemplate),
      show,
      signal,
    );
    printLine();
    if (ending === 'cut') {
      remark('The explanation was cut off at its longest.');
    }
  }, signal);
}

function show(event: ExplanationEvent): void {
  if (event.kind === 'text') {
    printPiece(event.text);
  } else if (event.kind === 'part') {
    remark(`reading ${event.name} (${event.partIndex + 1} of ${event.partCount})`);
  }
}
