import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { silentLogger } from '../../../src/base/logger';
import { createCompleter } from '../../../src/features/completion/engineCompleter';
import type { LanguageModel } from '../../../src/runtime/languageModel';
import { requestAt } from '../../support/completionRequest';
import { loadDefaultModel } from '../../support/defaultModel';

let model: LanguageModel;
beforeAll(async () => {
  model = await loadDefaultModel();
});
afterAll(() => model.dispose());

test('by key, what follows speaks for a line, and the next keystroke has nothing to read anew', async () => {
  const marked = `export function findUser(id: string): User | undefined {
  const █
  return found === undefined ? undefined : toUser(found);
}
`;
  const ask = async (text: string, trigger: 'automatic' | 'manual') => {
    const { engine, tokenizer } = model;
    const completer = createCompleter({ engine, tokenizer, logger: silentLogger, minimumConfidence: -99 });
    const request = requestAt(text, { trigger, options: { deadlineMs: 60_000 } });
    const outcome = await completer.complete(request, neverAborted);
    await completer.dispose();
    return outcome;
  };
  const quick = await ask(marked, 'automatic');
  const thorough = await ask(marked, 'manual');
  expect(thorough).toMatchObject({ text: expect.stringMatching(/^found = /) as string });
  expect(quick).toMatchObject({ text: expect.stringMatching(/^found = /) as string });
  const confidenceOf = (outcome: typeof quick) => ('confidence' in outcome ? outcome.confidence : NaN);
  expect(confidenceOf(thorough)).toBeGreaterThan(confidenceOf(quick) + 0.2);

  const next = await ask(marked.replace('█', 'f█'), 'automatic');
  expect(next.timings.engine?.prefilledTokenCount).toBeLessThan(5);
});
