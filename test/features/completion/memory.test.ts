import { describe, expect, test } from 'vitest';
import { OutcomeLog, renderOutcomePage } from '../../../src/features/completion/memory/outcomeLog';
import { RejectionMemory } from '../../../src/features/completion/memory/rejection';
import { SuggestionCache } from '../../../src/features/completion/memory/suggestionCache';
import type { CompletionOutcome } from '../../../src/features/completion/types';
import { placeAt } from '../../support/completionRequest';

describe('the suggestion cache', () => {
  const drafted = (text: string) => ({ kind: 'draft', draft: { text, tokens: [] } }) as const;
  const found = (cache: SuggestionCache, marked: string) => {
    const hit = cache.find(placeAt(marked));
    return hit?.produced.kind === 'draft' ? hit.produced.draft.text : hit?.produced.kind;
  };

  test('forgets the suggestion that was unused for longest', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('first█'), drafted('1'));
    cache.store(placeAt('second█'), drafted('2'));
    expect(found(cache, 'first█')).toBe('1');
    for (let index = 0; index < 249; index++) {
      cache.store(placeAt(`other ${index}█`), drafted('x'));
    }
    expect(found(cache, 'first█')).toBe('1');
    expect(found(cache, 'second█')).toBeUndefined();
  });

  test('finds what is typed through over line ends', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('f() {\n  █\n}'), drafted('a();\n  b();'));
    expect(found(cache, 'f() {\n  a();\n  █\n}')).toBe('b();');
    expect(found(cache, 'f() {\n  a();\n█\n}')).toBe('  b();');
  });

  test('gives nothing when all of a suggestion is typed', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('f█'), drafted('oo'));
    expect(found(cache, 'foo█')).toBeUndefined();
  });

  test('keeps files apart', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('f█'), drafted('oo'));
    expect(cache.find(placeAt('f█', { uri: 'file:///other.ts' }))).toBeUndefined();
  });

  test('remembers that there was nothing, but only at that very place', () => {
    const cache = new SuggestionCache();
    cache.store(placeAt('f█'), { kind: 'discarded', detail: 'repeats' });
    expect(found(cache, 'f█')).toBe('discarded');
    expect(found(cache, 'fo█')).toBeUndefined();
  });
});

describe('back-off after dismissals', () => {
  function setUp() {
    let nowMs = 0;
    const memory = new RejectionMemory(() => nowMs);
    return { memory, pass: (ms: number) => (nowMs += ms) };
  }

  test('grows with each dismissal up to a limit, and shrinks with each acceptance', () => {
    const { memory } = setUp();
    const delays = Array.from({ length: 10 }, () => {
      memory.reject(placeAt('f█'), 'oo');
      return Math.round(memory.currentDelayMs());
    });
    expect(delays).toEqual([200, 300, 450, 675, 1013, 1519, 2278, 3000, 3000, 3000]);
    memory.accept(placeAt('f█'), 'oo');
    expect(memory.currentDelayMs()).toBe(2400);
    for (let count = 0; count < 20; count++) {
      memory.accept(placeAt('f█'), 'oo');
    }
    expect(memory.currentDelayMs()).toBe(0);
  });

  test('is forgotten after ten minutes', () => {
    const { memory, pass } = setUp();
    memory.reject(placeAt('f█'), 'oo');
    pass(10 * 60_000 + 1);
    expect(memory.currentDelayMs()).toBe(0);
    memory.reject(placeAt('f█'), 'oo');
    expect(memory.currentDelayMs()).toBe(200);
  });

  test('a suggestion that was accepted after all is offered again', () => {
    const { memory } = setUp();
    memory.reject(placeAt('f█'), 'oo');
    expect(memory.isRejected(placeAt('fo█'), 'o')).toBe(true);
    memory.accept(placeAt('f█'), 'oo');
    expect(memory.isRejected(placeAt('f█'), 'oo')).toBe(false);
  });
});

describe('the page that explains outcomes', () => {
  const logged = (timeMs: number, outcome: CompletionOutcome) =>
    ({ timeMs, fileName: 'main.ts', languageId: 'typescript', trigger: 'automatic', outcome }) as const;
  const engine = {
    reusedTokenCount: 400,
    prefilledTokenCount: 3,
    prefillMs: 24.6,
    decodedTokenCount: 7,
    decodeMs: 140.2,
    draftedTokenCount: 0,
    acceptedDraftTokenCount: 0,
  };
  const suggestion: CompletionOutcome = {
    kind: 'suggestion',
    text: 'secretText()',
    replace: { start: 0, end: 0 },
    source: 'model',
    confidence: -0.234,
    tokenLogProbabilities: [-0.234],
    timings: { totalMs: 170, engine },
  };
  const none: CompletionOutcome = {
    kind: 'none',
    reason: 'inside-word',
    detail: 'the cursor stands before a word | character',
    timings: { totalMs: 0.3 },
  };

  test('tells the last outcome, the counts and the list, and no document text', () => {
    const log = new OutcomeLog();
    log.add(logged(0, suggestion));
    log.add(logged(61_500, none));
    expect(renderOutcomePage(log.entries())).toMatchInlineSnapshot(`
      "# Why no suggestion?

      The last request, in main.ts, ended without a suggestion: **inside a word** (the cursor stands before a word | character).

      ## How requests ended

      | Outcome | Requests |
      | --- | ---: |
      | suggestion (model) | 1 |
      | inside a word | 1 |

      ## The last 2, newest first

      | Time | File | Trigger | Outcome | Detail | Total | Prompt | Decoding |
      | --- | --- | --- | --- | --- | ---: | --- | --- |
      | 00:01:01.500 | main.ts | automatic | inside a word | the cursor stands before a word \\| character | 0 ms |  |  |
      | 00:00:00.000 | main.ts | automatic | suggestion (model) | mean log-probability -0.23 | 170 ms | 3 new, 400 kept, 25 ms | 7 tokens, 140 ms |
      "
    `);
  });

  test('says so when nothing has happened yet', () => {
    expect(renderOutcomePage([])).toContain('No suggestion has been asked for yet.');
  });

  test('keeps the last 200', () => {
    const log = new OutcomeLog();
    for (let index = 0; index < 250; index++) {
      log.add(logged(index, none));
    }
    expect(log.entries().map((entry) => entry.timeMs)).toEqual(Array.from({ length: 200 }, (_, i) => i + 50));
  });
});
