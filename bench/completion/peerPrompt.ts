import { defaultWindowBudget, freshWindow } from '../../src/features/completion/prompt/fileWindow';
import type { LanguageModel } from '../../src/runtime/languageModel';
import type { CompletionItem } from '../support/completionData';

/** The same window as the shipping pipeline's, so that only the prompt's form differs. */
const { suffixTokens } = defaultWindowBudget;
const prefixTokens = freshWindow(defaultWindowBudget) - suffixTokens;
const maxTokens = { 'tail-of-line': 48, line: 48, block: 160 };

/** What every peer does: prefix up to the cursor, suffix, and greedy text until the line (or the model) ends. */
export async function completeAsPeers(model: LanguageModel, item: CompletionItem): Promise<string> {
  const { engine, tokenizer } = model;
  const special = (name: string) => tokenizer.specialId(name) ?? 0;
  const names = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>', '<|file_sep|>', '<|repo_name|>'];
  const promptIds = [
    special('<|fim_prefix|>'),
    ...tokenizer.encode(item.prefix).slice(-prefixTokens),
    special('<|fim_suffix|>'),
    ...tokenizer.encode(item.suffix).slice(0, suffixTokens),
    special('<|fim_middle|>'),
  ];
  const ids: number[] = [];
  await engine.generate(
    {
      promptIds,
      maxTokens: maxTokens[item.kind],
      stopIds: new Set([...tokenizer.endOfTextIds, ...names.map(special)]),
      onToken({ id }) {
        ids.push(id);
        const text = tokenizer.decode(ids);
        return item.kind !== 'block' && /\S[^]*\n/.test(text) ? 'stop' : 'continue';
      },
    },
    new AbortController().signal,
  );
  return tokenizer.decode(ids);
}
