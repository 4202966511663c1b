import { vi } from 'vitest';
import { neverAborted } from '../../../src/base/abort';
import { silentLogger } from '../../../src/base/logger';
import { createCompleter } from '../../../src/features/completion/engineCompleter';
import type { CompletionOutcome } from '../../../src/features/completion/types';
import { byteTokenizer } from '../../support/byteTokenizer';
import { requestAt } from '../../support/completionRequest';
import { showSuggestion } from '../../support/markers';
import { createScriptedEngine, type Script } from '../../support/scriptedEngine';

/** A completer over a scripted engine, and what it answers in the small notation of `showSuggestion`. */
export function setUp(script: Script | string) {
  const engine = createScriptedEngine(typeof script === 'string' ? { reply: () => script } : script);
  const completer = createCompleter({
    engine,
    tokenizer: byteTokenizer,
    logger: silentLogger,
  });
  /** The document with the suggestion in brackets and where it came from, or the reason for none. */
  const complete = async (...request: Parameters<typeof requestAt>) => {
    const made = requestAt(...request);
    return summary(await completer.complete(made, neverAborted), made.document.text);
  };
  return { engine, completer, complete };
}

export function summary(outcome: CompletionOutcome, text: string): string {
  return outcome.kind === 'none' ? outcome.reason : `${outcome.source}: ${showSuggestion(text, outcome)}`;
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((resolvePromise) => {
    resolve = resolvePromise;
  });
  return { promise, resolve };
}

/** A gate that holds the engine before a step until it is opened. */
export function gate(shouldHold: (step: { kind: string; tokenIndex: number }) => boolean) {
  const arrived = deferred();
  const opened = deferred();
  return {
    arrived: arrived.promise,
    open: () => opened.resolve(),
    beforeStep: async (step: { kind: string; tokenIndex: number }) => {
      if (shouldHold(step)) {
        arrived.resolve();
        await opened.promise;
      }
    },
  };
}

/** What `asked` comes to when so much time passes while the engine is held at the gate: on a slow machine, too. */
export async function answerAfter<T>(
  durationMs: number,
  held: { readonly arrived: Promise<void> },
  ask: () => Promise<T>,
): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const asked = ask();
  await held.arrived;
  await vi.advanceTimersByTimeAsync(durationMs);
  return asked;
}
