import fc from 'fast-check';
import { expect, test } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { silentLogger } from '../../../src/base/logger';
import { createCompleter } from '../../../src/features/completion/engineCompleter';
import type { CompletionOutcome } from '../../../src/features/completion/types';
import { byteTokenizer } from '../../support/byteTokenizer';
import { requestAt } from '../../support/completionRequest';
import { createScriptedEngine } from '../../support/scriptedEngine';

const reply = 'value(first);\n';
const fillers = ['', 'const line = 1;\n'.repeat(12)];

/** What a user does next: type a character, go back one, or go to another place; and how the editor asks. */
const step = fc.record({
  action: fc.oneof(
    { weight: 6, arbitrary: fc.constant('type-as-suggested') },
    { weight: 1, arbitrary: fc.constantFrom('type-otherwise', 'delete', 'jump', 'warm-up', 'prepare-next') },
  ),
  abortEarly: fc.boolean(),
  waitForOutcome: fc.boolean(),
  deadlineMs: fc.constantFrom(0, 5, 60_000),
});

test('whatever is typed, aborted and overtaken, no call overlaps and each suggestion fits its place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const engine = createScriptedEngine({ reply: () => reply });
      const completer = createCompleter({ engine, tokenizer: byteTokenizer, logger: silentLogger });
      const outcomes: Promise<CompletionOutcome>[] = [];
      const background: Promise<void>[] = [];
      let filler = '';
      let typed = '';
      for (const { action, abortEarly, waitForOutcome, deadlineMs } of steps) {
        if (action === 'jump') {
          filler = fillers[(fillers.indexOf(filler) + 1) % fillers.length] ?? '';
          typed = '';
        } else if (action === 'delete') {
          typed = typed.slice(0, -1);
        } else if (action.startsWith('type')) {
          typed += action === 'type-otherwise' ? 'x' : (reply[typed.length] ?? 'x');
        }
        const request = requestAt(`${filler}${typed}█\n`, { options: { deadlineMs } });
        if (action === 'warm-up') {
          background.push(completer.warmUp(request, neverAborted));
        }
        const controller = new AbortController();
        const outcome = completer.complete(request, controller.signal);
        outcomes.push(outcome);
        if (abortEarly) {
          setImmediate(() => controller.abort());
        }
        const known = waitForOutcome ? await outcome : undefined;
        if (known?.kind === 'suggestion' && action === 'prepare-next') {
          background.push(completer.prepareNext(request, known, neverAborted));
        }
      }
      const last = await completer.complete(requestAt('x = █\n', { trigger: 'manual' }), neverAborted);
      expect(last).toMatchObject({ kind: 'suggestion', text: reply.trim() });
      for (const outcome of await Promise.all(outcomes)) {
        expect(outcome.kind === 'none' ? outcome.reason : '').not.toBe('failed');
        expect(outcome.kind === 'suggestion' ? reply : '').toContain(
          outcome.kind === 'suggestion' ? outcome.text : '',
        );
      }
      await Promise.all(background);
      await completer.dispose();
    }),
    { numRuns: 100 },
  );
});
