import { silentLogger } from '../../src/base/logger';
import { createCompleter } from '../../src/features/completion/engineCompleter';
import { defaultMinimumConfidence } from '../../src/features/completion/filters/confidence';
import type { CompletionRequest } from '../../src/features/completion/types';
import type { LanguageModel } from '../../src/runtime/languageModel';
import type { CompletionItem } from '../support/completionData';

export interface Shipped {
  /** What would stand after the cursor; empty when there is no suggestion. */
  readonly text: string;
  /** Whether an automatic request would show it. */
  readonly shown: boolean;
  /** The model's log-probability of the first line. */
  readonly confidence: number;
  readonly reason: string;
  readonly totalMs: number;
}

/** The shipping pipeline on one item, with nothing cached, its confidence threshold noted but not applied. */
export async function completeAsShipped(
  { engine, tokenizer }: LanguageModel,
  item: CompletionItem,
  showsOtherFiles: boolean,
): Promise<Shipped> {
  const completer = createCompleter({ engine, tokenizer, logger: silentLogger });
  const offset = item.prefix.length;
  const request: CompletionRequest = {
    document: toDocument(item.path, item.language, item.prefix + item.suffix),
    offset,
    // Nobody types into a benchmark: a request with a key waits for the best and shows what it finds.
    trigger: 'manual',
    relatedFiles: (showsOtherFiles ? (item.context_files ?? []) : []).map(({ path, content }) =>
      toDocument(path, item.language, content),
    ),
    options: {
      multiLine: 'automatic',
      inComments: true,
      inStrings: true,
      maxPromptTokens: 1200,
      deadlineMs: 1e6,
    },
  };
  const outcome = await completer.complete(request, new AbortController().signal);
  await completer.dispose();
  if (outcome.kind === 'none') {
    return {
      text: '',
      shown: false,
      confidence: -Infinity,
      reason: outcome.reason,
      totalMs: outcome.timings.totalMs,
    };
  }
  const inserted = outcome.text.slice(offset - outcome.replace.start);
  const replacedRight = request.document.text.slice(offset, outcome.replace.end);
  return {
    text: inserted.endsWith(replacedRight)
      ? inserted.slice(0, inserted.length - replacedRight.length)
      : inserted,
    shown: outcome.confidence >= defaultMinimumConfidence,
    confidence: outcome.confidence,
    reason: outcome.source,
    totalMs: outcome.timings.totalMs,
  };
}

function toDocument(path: string, languageId: string, text: string): CompletionRequest['document'] {
  return { uri: `file:///workspace/${path}`, languageId, version: 1, text };
}
