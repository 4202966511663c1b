import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CompletionOutcome } from '../../src/features/completion/types';
import { OutcomeLog } from '../../src/server/completion/outcomeLog';
import { renderOutcomesPage } from '../../src/server/completion/outcomesPage';
import type { ModelState } from '../../src/shared/modelState';

const ready: ModelState = {
  kind: 'ready',
  model: 'small',
  device: 'CPU',
  tokensPerSecond: 50,
  missing: null,
  limitation: null,
};
const engine = {
  reusedTokenCount: 380,
  prefilledTokenCount: 4,
  prefillMs: 25.4,
  decodedTokenCount: 12,
  decodeMs: 230,
  draftedTokenCount: 0,
  acceptedDraftTokenCount: 0,
};

function createPage(): string {
  const log = new OutcomeLog();
  const add = (place: string, outcome: CompletionOutcome, waitedMs = 0) =>
    log.add({
      time: new Date(2026, 0, 2, 14, 3, 9),
      place,
      languageId: 'typescript',
      trigger: 'automatic',
      waitedMs,
      outcome,
    });
  add('my file.ts:3:1', {
    kind: 'suggestion',
    text: 'never on the page',
    replace: { start: 0, end: 0 },
    source: 'typed-through',
    confidence: -0.214,
    timings: { totalMs: 310, engine },
  });
  add(
    'app.ts:12:8',
    {
      kind: 'none',
      reason: 'disagrees-with-suggest-widget',
      detail: 'the item begins differently',
      timings: { totalMs: 0.4 },
    },
    120,
  );
  return renderOutcomesPage(ready, log.newestFirst());
}

test('the page tells what became of each request, and what the reasons mean', () => {
  expect(createPage()).toMatchInlineSnapshot(`
    "# Why no suggestion?

    model: small is ready on CPU
    requests: 2, shown: 1

    ## Last requests, newest first

    14:03:09  none  disagrees-with-suggest-widget app.ts:12:8 (typescript, automatic)  total 0 ms, waited 120 ms  "the item begins differently"
    14:03:09  shown typed-through     my file.ts:3:1 (typescript, automatic)  total 310 ms, prefill 4 tokens 25 ms (380 reused), decode 12 tokens 230 ms  likely by 81 %

    ## What the reasons mean

    disagrees-with-suggest-widget: the item chosen in the list of suggestions begins differently.

    This page stays in the editor: nothing of it is sent anywhere, and it holds no text of your files.
    "
  `);
});

test('the grammar recognises every line about a request', () => {
  const path = join(import.meta.dirname, '../../syntaxes/sotto-outcomes.tmLanguage.json');
  const grammar = JSON.parse(readFileSync(path, 'utf8')) as { repository: { outcome: { begin: string } } };
  const pattern = new RegExp(grammar.repository.outcome.begin);
  const lines = createPage()
    .split('\n')
    .filter((line) => /^\d\d:/.test(line));
  expect(lines).toHaveLength(2);
  expect(lines.filter((line) => !pattern.test(line))).toEqual([]);
});

test('the log keeps the newest two hundred', () => {
  const log = new OutcomeLog();
  for (let line = 1; line <= 250; line += 1) {
    log.add({
      time: new Date(0),
      place: `a.ts:${line}:1`,
      languageId: 'typescript',
      trigger: 'automatic',
      waitedMs: 0,
      outcome: { kind: 'none', reason: 'empty', detail: '', timings: { totalMs: 0 } },
    });
  }
  const places = log.newestFirst().map(({ place }) => place);
  expect([places.length, places.at(0), places.at(-1)]).toEqual([200, 'a.ts:250:1', 'a.ts:51:1']);
});
